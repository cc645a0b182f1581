import { Cancel } from '../common/clock.js';

/** A value that survives JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What nodes share: topics, leased sets, documents. `LocalCluster` serves one node without any dependency.
 * What must survive a crash is in Postgres, never only here.
 *
 * Values go in as a copy made through JSON (one that is frozen through and through may go in as it is: that is cheaper);
 * what comes out is frozen and may be shared, so make a new value to change it.
 * Listeners are never called inside the call that causes them. One that throws is logged; the others, and the caller, go on.
 * Names (topics, scopes, members, keys) are any text.
 */
export abstract class Cluster {
  abstract readonly topics: Topics;
  abstract readonly sets: LeasedSets;
  abstract readonly documents: Documents;
  abstract readonly backplane: Backplane;
}

/**
 * `lost`: it cannot be reached from here. `restored`: it can again; what was published until now, and shortly before it was
 * lost, may never have arrived here, also when there was no `lost` (a connection that broke and was made again at once).
 * `fenced`: this node stood still for so long that the others have given it up: what it held in leased sets is gone, and
 * its clients have to connect anew.
 */
export type BackplaneEvent = 'lost' | 'restored' | 'fenced';

/** What nodes reach each other by: how it is, as this node sees it. */
export abstract class Backplane {
  /** Whether it is away: from `lost` to `restored`. */
  abstract readonly away: boolean;
  /** A listener that throws is logged; the others go on. */
  abstract on(event: BackplaneEvent, listener: () => void): Cancel;
}

/** Publish and subscribe, at most once: a notification may be lost, so whoever needs it checks a head or a version. */
export abstract class Topics {
  /**
   * Delivers to every subscriber on every node, the caller's own included; what one node publishes to one topic arrives in
   * that order. Resolves once the message is handed over, not once it has arrived. While the backplane is away it still
   * resolves, and only the subscribers of this node get the message. What a node publishes before it begins an operation on
   * the set of the same name arrives before that operation's delta; a Redis Cluster without sharded pub/sub (before
   * Redis 7) does not keep that.
   */
  abstract publish(topic: string, message: Json): Promise<void>;
  /**
   * Resolves once the subscription counts: what is published after that, anywhere, arrives here. The listener is not
   * called again once the subscription is cancelled, also from inside a listener.
   */
  abstract subscribe(topic: string, listener: (message: Json) => void): Promise<Cancel>;
}

/** An entry of a leased set. */
export interface Member {
  readonly member: string;
  /** Grows with each join; no two joins share one until the scope has been empty (`leaving` entries count). */
  readonly order: number;
  readonly data: Json;
  /** Whether its grace is running: it has left, but may come back, and the others are not told yet. */
  readonly leaving: boolean;
}

export interface SetSnapshot {
  /**
   * Grows with every delta of the scope and never starts over: a scope that was empty goes on at a higher number, so
   * versions of different lives compare too. 0 when the scope is empty.
   */
  readonly version: number;
  /** By `order`. */
  readonly members: readonly Member[];
}

export interface JoinRequest {
  /** Who joins, unique in the scope. */
  member: string;
  /** Which connection holds the entry, unique to it: only the same token may leave or update the entry. */
  token: string;
  data: Json;
  /** Most members the scope may hold, `leaving` ones included; one who is in it already always fits. */
  limit?: number;
  /**
   * What happens when another token holds the entry, be it `leaving` or not: `replace` (the default) takes it over;
   * `refuse` fails. A function gets the holder's data, and must be pure: when somebody else is faster, it runs again.
   */
  taken?: 'replace' | 'refuse' | ((holder: Json) => 'replace' | 'refuse');
  /**
   * `version`: the outcome's `members` is empty, for who watches the scope and so has them. Then a join costs the same
   * however many have joined before; the default is `snapshot`.
   */
  answer?: 'snapshot' | 'version';
}

/** The snapshot of `joined` and `replaced` is that of the moment of the join, and has the new entry in it (see `answer`). */
export type JoinOutcome =
  | ({ status: 'joined'; order: number } & SetSnapshot)
  /**
   * The member was here, or was `leaving`: its order is kept, and it has neither left nor joined. `previousToken` is the
   * request's own token when the same connection joined again, which makes a join safe to repeat.
   */
  | ({ status: 'replaced'; order: number; previousToken: string } & SetSnapshot)
  | { status: 'full' }
  | { status: 'taken' };

/** One step of a scope. A receiver drops what its snapshot already had: `version` at or below the snapshot's. */
export interface SetDelta {
  readonly version: number;
  readonly kind: 'joined' | 'replaced' | 'updated' | 'leaving' | 'left';
  /** The entry after the step; with `left`, as it was last. */
  readonly entry: Member;
  /**
   * With `replaced`: whom the entry was taken from, so that the node which holds it can close it (4409). Absent when the
   * same connection joined again.
   */
  readonly previousToken?: string;
}

/**
 * A set whose entries count only while the node that joined them lives: presence, and the participants of rooms and calls.
 * A scope exists while it has entries. While the backplane is away (`stale`), each node goes on with what it knows.
 */
export abstract class LeasedSets {
  /** Atomic: of two that join at once at the limit, one is refused; of two with one member, one replaces the other. */
  abstract join(scope: string, request: JoinRequest): Promise<JoinOutcome>;
  /**
   * False, and nothing changes, unless this token holds the entry. With `graceMs` above 0 the entry stays as `leaving` that
   * long, even if this node dies, and then leaves. Leaving again sets a new grace; without one it ends the wait at once.
   */
  abstract leave(scope: string, member: string, token: string, options?: { graceMs?: number }): Promise<boolean>;
  /** Replaces the entry's data; false, and nothing changes, unless this token holds it (`leaving` or not). */
  abstract update(scope: string, member: string, token: string, data: Json): Promise<boolean>;
  abstract read(scope: string): Promise<SetSnapshot>;
  /**
   * The snapshot, and every delta after it: by growing version, each once, none missing. The versions have no holes while
   * the scope is not empty, unless notifications were lost: then what changed meanwhile comes as one delta per difference.
   * Either way the deltas applied to the snapshot make what `read` returns.
   * Deltas start in a later turn of the event loop than `watch` resolves in, so whoever awaits it has the snapshot first.
   * A node's own changes come too, before or after the call that made them has resolved.
   */
  abstract watch(scope: string, listener: (delta: SetDelta) => void): Promise<{ snapshot: SetSnapshot; stop: Cancel }>;
  /** Whether what this node knows may be out of date (`stale: true` in `online_users`): the backplane is away. */
  abstract readonly stale: boolean;
}

export interface VersionedDocument {
  readonly value: Json;
  /** Above 0; grows with every store, and a document that is made again goes on at a higher number. */
  readonly version: number;
}

/**
 * Small JSON values changed by compare-and-set, with a time to live: the state of rooms, meetings and lobbies.
 * `ttlMs` (above 0) starts anew with each store, not with a read. Calls reject while the backplane is away.
 */
export abstract class Documents {
  abstract get(key: string): Promise<VersionedDocument | undefined>;
  /**
   * Runs `change` on the present value (undefined: none) and stores what it returns, unless somebody else was faster:
   * then it runs again. Returning undefined deletes the document; if it throws, nothing changes and the call rejects.
   * `change` must be pure. Resolves with what is stored now.
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
    value: Json,
    options: { ttlMs: number },
  ): Promise<VersionedDocument | undefined>;
}
