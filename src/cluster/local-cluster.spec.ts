import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { clusterContract } from '../../test/contract/cluster.contract.js';
import { Cancel } from '../common/clock.js';
import { CommonModule } from '../common/common.module.js';
import { deepFreeze } from '../common/deep-freeze.js';
import { ManualClock } from '../common/manual-clock.js';
import { SettingsModule } from '../config/settings.module.js';
import { parseSettings } from '../config/settings.js';
import { ClusterModule } from './cluster.module.js';
import { Cluster } from './cluster.js';
import { LocalCluster } from './local-cluster.js';

clusterContract('LocalCluster', () => {
  const clock = new ManualClock();
  const node = new LocalCluster(clock);
  return Promise.resolve({
    nodes: [node, node],
    advance: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
});

class CountingClock extends ManualClock {
  readonly running = new Set<object>();

  override after(ms: number, task: () => void): Cancel {
    const timer = {};
    this.running.add(timer);
    const cancel = super.after(ms, () => {
      this.running.delete(timer);
      task();
    });
    return () => {
      this.running.delete(timer);
      cancel();
    };
  }
}

/** How many entries all maps, sets and arrays that the object holds have together. */
function held(part: unknown): number {
  if (part instanceof CountingClock || typeof part !== 'object' || part === null) return 0;
  if (part instanceof Map || part instanceof Set) return part.size;
  if (Array.isArray(part)) return part.length;
  return Object.values(part).reduce((sum: number, inner) => sum + held(inner), 0);
}

@Module({ imports: [CommonModule, SettingsModule.register(parseSettings({})), ClusterModule] })
class Root {}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('LocalCluster', () => {
  it('holds no memory and no timer once everything has left, ended and been cancelled', async () => {
    const clock = new CountingClock();
    const cluster = new LocalCluster(clock);
    const { topics, sets, documents } = cluster;
    const cancels = [await topics.subscribe('t', () => undefined), (await sets.watch('s', () => undefined)).stop];
    await topics.publish('t', 1);
    for (const member of ['x', 'y', 'z']) await sets.join('s', { member, token: member, data: null });
    await sets.leave('s', 'x', 'x', { graceMs: 1000 });
    await sets.leave('s', 'y', 'y', { graceMs: 1000 });
    await sets.leave('s', 'y', 'y', { graceMs: 5000 });
    await sets.join('s', { member: 'x', token: 'x2', data: null });
    await documents.update('k', () => 1, { ttlMs: 1000 });
    await documents.update('k', () => 2, { ttlMs: 2000 });
    await documents.update('gone', () => 1, { ttlMs: 1000 });
    await documents.update('gone', () => undefined, { ttlMs: 1000 });
    expect(clock.running.size).toBe(2);
    expect(held(cluster)).toBeGreaterThan(3);

    clock.advance(5000);
    await sets.leave('s', 'x', 'x2');
    await sets.leave('s', 'z', 'z');
    for (const cancel of cancels) cancel();
    await nextTurn();
    expect(clock.running.size).toBe(0);
    expect(held(cluster)).toBe(0);
  });

  it('leaves nothing behind when data is refused that JSON cannot hold', async () => {
    const cluster = new LocalCluster(new ManualClock());
    const circle: { self: unknown } = { self: undefined };
    circle.self = circle;
    const data = circle as never;
    await expect(cluster.sets.join('s', { member: 'x', token: 'x', data })).rejects.toThrow(TypeError);
    await expect(cluster.documents.compareAndSet('k', 0, data, { ttlMs: 1000 })).rejects.toThrow(TypeError);
    expect(held(cluster)).toBe(0);
  });

  it('gives all subscribers of a message one copy', async () => {
    const { topics } = new LocalCluster(new ManualClock());
    const got: unknown[] = [];
    for (let n = 0; n < 3; n += 1) await topics.subscribe('t', (message) => got.push(message));
    const message = { content: 'hi' };
    await topics.publish('t', message);
    await nextTurn();
    expect(got).toEqual([message, message, message]);
    expect(new Set(got).size).toBe(1);
    expect(got[0]).not.toBe(message);
    expect(Object.isFrozen(message)).toBe(false);
  });

  it('passes on a message as it is that nobody can change', async () => {
    const { topics } = new LocalCluster(new ManualClock());
    const got: unknown[] = [];
    await topics.subscribe('t', (message) => got.push(message));
    const message = deepFreeze({ list: [{ n: 1 }], none: null });
    await topics.publish('t', message);
    await nextTurn();
    expect(got[0]).toBe(message);
  });

  it('is what the module provides', async () => {
    const context = await NestFactory.createApplicationContext(Root);
    expect(context.get(Cluster, { strict: false })).toBeInstanceOf(LocalCluster);
    await context.close();
  });
});
