import { Cancel } from '../common/clock.js';

/** A value that survives JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What nodes share: topics, leased sets, documents. `LocalCluster` serves one node without any dependency.
 * What must survive a crash is in Postgres, never only here.
 */
export abstract class Cluster {
  abstract readonly topics: Topics;
  abstract readonly sets: LeasedSets;
  abstract readonly documents: Documents;
}

/** Publish and subscribe, at most once: a notification may be lost, so whoever needs it checks a head or a version. */
export abstract class Topics {
  /** Delivers to every subscriber on every node, the caller's own included, in the order that this node published. */
  abstract publish(topic: string, message: Json): Promise<void>;
  /** Resolves once the subscription counts: what is published after that, anywhere, arrives here. */
  abstract subscribe(topic: string, listener: (message: Json) => void): Promise<Cancel>;
}

/** An entry of a leased set. `order` grows with each join of the scope; `leaving` while its grace runs. */
export interface Member {
  member: string;
  order: number;
  data: Json;
  leaving: boolean;
}

export interface SetSnapshot {
  /** Grows by one with every delta of the scope, and starts over only when the scope has been empty. */
  version: number;
  members: Member[];
}

export interface JoinRequest {
  /** Who joins, unique in the scope. */
  member: string;
  /** Which connection holds the entry: only the same token may leave or update it. */
  token: string;
  data: Json;
  /** Most members the scope may hold; one who is in it already always fits. */
  limit?: number;
  /** What happens when another token holds the entry: `replace` takes it over and keeps its order; `refuse` fails. */
  taken?: 'replace' | 'refuse' | ((holder: Json) => 'replace' | 'refuse');
}

export type JoinOutcome =
  | ({ status: 'joined'; order: number } & SetSnapshot)
  /** The same member was here, or was `leaving`: its order is kept, and nobody is told that it left or joined. */
  | ({ status: 'replaced'; order: number; previousToken: string } & SetSnapshot)
  | { status: 'full' }
  | { status: 'taken' };

/** One step of a scope, in the order of `version`. A receiver drops what its snapshot already had. */
export interface SetDelta {
  version: number;
  kind: 'joined' | 'replaced' | 'updated' | 'leaving' | 'left';
  entry: Member;
  /** With `replaced`: whom the entry was taken from, so that the node which holds it can close it (4409). */
  previousToken?: string;
}

/** A set whose entries count only while their node lives: presence, and the participants of rooms and calls. */
export abstract class LeasedSets {
  /** Atomic: of two that join at once at the limit, one is refused; of two with one member, one replaces the other. */
  abstract join(scope: string, request: JoinRequest): Promise<JoinOutcome>;
  /** False, and nothing changes, unless this token holds the entry. With `graceMs` it stays as `leaving` that long. */
  abstract leave(scope: string, member: string, token: string, options?: { graceMs?: number }): Promise<boolean>;
  /** Replaces the entry's data; false unless this token holds it. */
  abstract update(scope: string, member: string, token: string, data: Json): Promise<boolean>;
  abstract read(scope: string): Promise<SetSnapshot>;
  /** The deltas of a scope from the snapshot on, in the order of their versions, each once. */
  abstract watch(scope: string, listener: (delta: SetDelta) => void): Promise<{ snapshot: SetSnapshot; stop: Cancel }>;
  /** Whether what this node knows may be out of date (`stale: true` in `online_users`): the backplane is away. */
  abstract readonly stale: boolean;
}

export interface VersionedDocument {
  value: Json;
  version: number;
}

/** Small JSON values changed by compare-and-set, with a time to live: the state of rooms, meetings and lobbies. */
export abstract class Documents {
  abstract get(key: string): Promise<VersionedDocument | undefined>;
  /**
   * Runs `change` on the present value (undefined: none) and stores what it returns, unless somebody else was faster:
   * then it runs again. Returning undefined deletes the document. `change` must be pure. `ttlMs` starts anew each time.
   */
  abstract update(
    key: string,
    change: (value: Json | undefined) => Json | undefined,
    options: { ttlMs: number },
  ): Promise<VersionedDocument | undefined>;
  /** Stores `value` only when the document is still at `version` (0: absent). Undefined: somebody else was faster. */
  abstract compareAndSet(
    key: string,
    version: number,
    value: Json | undefined,
    options: { ttlMs: number },
  ): Promise<VersionedDocument | undefined>;
}
