import type { LeasedSets, SetDelta } from '../../cluster/cluster.js';
import type { Cancel, Clock } from '../../common/clock.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import { OnlineUser, Roster, rosterOf, Transition, userOf } from '../roster.js';

/** Arrivals and departures of this time go out together: a frame for each would cost hundreds of times more. */
const WINDOW_MS = 100;

/** The transitions of one window, in order. Listeners of a scope share one array, so each dialect encodes it once. */
export type PresenceListener = (transitions: readonly Transition[]) => void;

export interface Arrival extends OnlineUser {
  connectionId: ConnectionId;
}

export interface Seat extends Arrival {
  listener: PresenceListener;
  /** Transitions up to this version are in the roster that it was given; undefined until it has joined. */
  since: number | undefined;
  /** What was told while its join was under way. */
  held: Step[];
}

interface Step {
  version: number;
  transition: Transition;
}

/** One scope with listeners on this node: turns the set's deltas, which are per connection, into transitions per user. */
export class PresenceScope {
  private readonly seats = new Set<Seat>();
  /** The connections of each user who is online; `leaving` ones may come back, so they count. */
  private readonly online = new Map<UserId, Map<ConnectionId, 'open' | 'leaving'>>();
  private readonly watching: Promise<Cancel>;
  private window: Step[] = [];
  private flushing: Cancel | undefined;

  constructor(
    readonly name: string,
    private readonly sets: LeasedSets,
    private readonly clock: Clock,
  ) {
    this.watching = this.watch();
  }

  seat({ connectionId, userId, username }: Arrival, listener: PresenceListener): Seat {
    const seat: Seat = { connectionId, userId, username, listener, since: undefined, held: [] };
    this.seats.add(seat);
    return seat;
  }

  async join(seat: Seat): Promise<Roster> {
    await this.watching;
    const { connectionId, userId, username } = seat;
    const data = { user_id: userId, username };
    const outcome = await this.sets.join(this.name, { member: connectionId, token: connectionId, data });
    if (outcome.status === 'full' || outcome.status === 'taken') throw new Error(`presence is ${outcome.status}`);
    seat.since = outcome.version;
    if (seat.held.length > 0) this.flushSoon();
    return rosterOf(outcome.members, this.sets.stale);
  }

  /** True when nobody is left here: then the scope has stopped watching. */
  free(seat: Seat): boolean {
    this.seats.delete(seat);
    if (this.seats.size > 0) return false;
    this.flushing?.();
    void this.watching.then(
      (stop) => {
        stop();
      },
      () => undefined,
    );
    return true;
  }

  connectionsOf(userId: UserId): ConnectionId[] {
    const open: ConnectionId[] = [];
    this.online.get(userId)?.forEach((state, id) => {
      if (state === 'open') open.push(id);
    });
    return open;
  }

  private async watch(): Promise<Cancel> {
    const { snapshot, stop } = await this.sets.watch(this.name, (delta) => {
      this.apply(delta);
    });
    for (const entry of snapshot.members) this.mark(userOf(entry).userId, entry.member, entry.leaving);
    return stop;
  }

  private apply({ kind, version, entry }: SetDelta): void {
    const user = userOf(entry);
    const wasOnline = this.online.has(user.userId);
    if (kind === 'left') this.unmark(user.userId, entry.member);
    else this.mark(user.userId, entry.member, entry.leaving);
    const isOnline = this.online.has(user.userId);
    if (wasOnline !== isOnline) this.note({ version, transition: { ...user, kind: isOnline ? 'joined' : 'left' } });
  }

  private mark(userId: UserId, member: string, leaving: boolean): void {
    const connections = this.online.get(userId) ?? new Map<ConnectionId, 'open' | 'leaving'>();
    connections.set(member as ConnectionId, leaving ? 'leaving' : 'open');
    this.online.set(userId, connections);
  }

  private unmark(userId: UserId, member: string): void {
    const connections = this.online.get(userId);
    connections?.delete(member as ConnectionId);
    if (connections?.size === 0) this.online.delete(userId);
  }

  private note(step: Step): void {
    this.window.push(step);
    this.flushSoon();
  }

  private flushSoon(): void {
    this.flushing ??= this.clock.after(WINDOW_MS, () => {
      this.flush();
    });
  }

  private flush(): void {
    const steps = this.window;
    this.window = [];
    this.flushing = undefined;
    const shared = steps.map(({ transition }) => transition);
    const subjects = new Set(shared.map(({ userId }) => userId));
    const first = steps[0]?.version ?? 0;
    for (const seat of this.seats) {
      if (seat.since === undefined) seat.held.push(...steps);
      else if (seat.held.length > 0) tellLatecomer(seat, seat.since, [...seat.held.splice(0), ...steps]);
      else if (seat.since < first && !subjects.has(seat.userId)) tellAll(seat, shared);
      else tellLatecomer(seat, seat.since, steps);
    }
  }
}

function tellAll(seat: Seat, transitions: readonly Transition[]): void {
  if (transitions.length > 0) seat.listener(transitions);
}

/** One who came during the window, or whom it is about: leaves out what its roster had, and what is about itself. */
function tellLatecomer(seat: Seat, since: number, steps: Step[]): void {
  const news = steps.filter(({ version, transition }) => version > since && transition.userId !== seat.userId);
  if (news.length > 0) seat.listener(news.map(({ transition }) => transition));
}
