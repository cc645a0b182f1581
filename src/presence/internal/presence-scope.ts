import type { LeasedSets, SetDelta } from '../../cluster/cluster.js';
import type { Cancel, Clock } from '../../common/clock.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import { OnlineUser, LiveRoster, ROSTER_LIMIT, Transition } from '../roster.js';
import { OnlineUsers } from './online-users.js';

/** Arrivals and departures of this time go out together: a frame for each would cost hundreds of times more. */
const WINDOW_MS = 100;
/** In a crowd, whoever wants no transitions then gets a fresh roster at most this often (protocol section 2). */
const CROWD_MS = 10_000;

export interface PresenceListener {
  /**
   * The transitions of one window from this index on, in order. Listeners of a scope share one array, so each dialect
   * encodes it once.
   */
  changed(transitions: readonly Transition[], from: number): void;
  /** While more are online than a roster names, it gets fresh rosters in place of transitions. */
  readonly takesRosters: boolean;
  crowd(roster: LiveRoster): void;
}

export interface Arrival extends OnlineUser {
  connectionId: ConnectionId;
}

export interface Seat extends Arrival {
  listener: PresenceListener | undefined;
  /** What happened up to this version is in the roster that it was given; undefined until it has one. */
  since: number | undefined;
}

/** The transitions of a window, by growing version. */
interface Window {
  versions: number[];
  transitions: Transition[];
  /** Where each user appears last. */
  lastOf: Map<UserId, number>;
}

/** One scope with listeners on this node: turns the set's deltas, which are per connection, into transitions per user. */
export class PresenceScope {
  private readonly seats = new Set<Seat>();
  private readonly online = new OnlineUsers();
  private readonly watching: Promise<Cancel>;
  /** The version of the set that `online` shows. */
  private version = 0;
  private waiters: { version: number; wake: () => void }[] = [];
  private window = emptyWindow();
  private flushing: Cancel | undefined;
  /** Runs while there is a crowd: until then, transitions are for those alone who get them in a crowd too. */
  private refreshing: Cancel | undefined;

  constructor(
    readonly name: string,
    private readonly sets: LeasedSets,
    private readonly clock: Clock,
  ) {
    this.watching = this.watch();
  }

  /** Takes a seat, which keeps the scope; it is told nothing before its join has resolved. */
  seat({ connectionId, userId, username }: Arrival, listener: PresenceListener | undefined): Seat {
    const seat: Seat = { connectionId, userId, username, listener, since: undefined };
    this.seats.add(seat);
    return seat;
  }

  async join(seat: Seat): Promise<LiveRoster> {
    await this.watching;
    const { connectionId, userId, username } = seat;
    const outcome = await this.sets.join(this.name, {
      member: connectionId,
      token: connectionId,
      data: { user_id: userId, username },
      answer: 'version',
    });
    if (outcome.status === 'full' || outcome.status === 'taken') throw new Error(`presence is ${outcome.status}`);
    await this.reached(outcome.version);
    seat.since = this.version;
    return this.online.roster(this.sets.stale);
  }

  /** True when nobody is left here: then the scope has stopped watching. */
  free(seat: Seat): boolean {
    this.seats.delete(seat);
    if (this.seats.size > 0) return false;
    this.flushing?.();
    this.refreshing?.();
    void this.watching.then(
      (stop) => {
        stop();
      },
      () => undefined,
    );
    return true;
  }

  connectionsOf(userId: UserId): ConnectionId[] {
    return this.online.connectionsOf(userId);
  }

  private async watch(): Promise<Cancel> {
    const { snapshot, stop } = await this.sets.watch(this.name, (delta) => {
      this.apply(delta);
    });
    for (const entry of snapshot.members) this.online.add(entry);
    this.version = snapshot.version;
    return stop;
  }

  /** Resolves once this node knows all that the set's version counts: the set tells its changes in their order. */
  private reached(version: number): Promise<void> {
    if (this.version >= version) return Promise.resolve();
    return new Promise((wake) => {
      this.waiters.push({ version, wake });
    });
  }

  private apply(delta: SetDelta): void {
    const transition = this.online.apply(delta);
    this.version = delta.version;
    while (this.waiters[0] !== undefined && this.waiters[0].version <= this.version) this.waiters.shift()?.wake();
    if (!transition) return;
    const { versions, transitions, lastOf } = this.window;
    lastOf.set(transition.userId, transitions.length);
    versions.push(delta.version);
    transitions.push(transition);
    this.flushing ??= this.clock.after(WINDOW_MS, () => {
      this.flush();
    });
  }

  private flush(): void {
    const { window } = this;
    this.window = emptyWindow();
    this.flushing?.();
    this.flushing = undefined;
    if (this.online.size > ROSTER_LIMIT) this.refreshLater();
    for (const { since, userId, listener } of this.seats) {
      if (since === undefined || listener === undefined || (this.refreshing && listener.takesRosters)) continue;
      tell(listener, window, { since, userId });
    }
  }

  private refreshLater(): void {
    this.refreshing ??= this.clock.after(CROWD_MS, () => {
      this.refresh();
    });
  }

  /** The end of a crowd is told by its last roster: what happens after that is told one by one again. */
  private refresh(): void {
    this.flush();
    this.refreshing = undefined;
    if (this.online.size > ROSTER_LIMIT) this.refreshLater();
    const roster = this.online.roster(this.sets.stale);
    for (const seat of this.seats) {
      // Nothing has happened since it was given the roster that it has.
      if (seat.since === undefined || seat.since >= this.version) continue;
      seat.since = this.version;
      if (seat.listener?.takesRosters) seat.listener.crowd(roster);
    }
  }
}

function emptyWindow(): Window {
  return { versions: [], transitions: [], lastOf: new Map() };
}

/** Leaves out what its roster had, and what is about itself. */
function tell(listener: PresenceListener, window: Window, { since, userId }: { since: number; userId: UserId }): void {
  const { versions, transitions, lastOf } = window;
  const from = indexAfter(versions, since);
  const own = lastOf.get(userId);
  if (own === undefined || own < from) {
    if (from < transitions.length) listener.changed(transitions, from);
    return;
  }
  const news = transitions.slice(from).filter((transition) => transition.userId !== userId);
  if (news.length > 0) listener.changed(news, 0);
}

/** The index of the first version after this one, by halves: in a storm many come within one window. */
function indexAfter(versions: readonly number[], since: number): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((versions[middle] ?? 0) <= since) low = middle + 1;
    else high = middle;
  }
  return low;
}
