import { vi } from 'vitest';
import { Cluster, JoinRequest } from '../../src/cluster/cluster.js';

/** Handles of one backplane, and its time. */
export interface ClusterUnderTest {
  /** At least two; with one node only, the same handle several times. */
  nodes: readonly [Cluster, Cluster, ...Cluster[]];
  /** Lets graces and times to live run by `ms`. */
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export type MakeCluster = () => Promise<ClusterUnderTest>;

/** Waits for what is under way to arrive; what holds at once costs nothing. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 2000, interval: 5 });
}

/** A listener that keeps what it gets. */
export function inbox<T>(): { got: T[]; listener: (message: T) => void } {
  const got: T[] = [];
  return { got, listener: (message) => got.push(message) };
}

/** Names that a map made of an object, a key made by joining, or a cluster's hash tag would get wrong. */
export const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  'a:b',
  'a',
  '{a}',
  '}{',
  '*',
  'ä\u{1F600}',
  'a\0b',
];

export function entry(member: string, token = `token of ${member}`, more: Partial<JoinRequest> = {}): JoinRequest {
  return { member, token, data: null, ...more };
}
