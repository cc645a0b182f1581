import { Injectable } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import { Clock } from '../common/clock.js';
import { ConnectionId, UserId } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import type { Departure } from '../realtime/raw-gateway.js';
import { Arrival, PresenceListener, PresenceScope, Seat } from './internal/presence-scope.js';
import { LiveRoster, Roster, rosterOf } from './roster.js';

export type { PresenceListener };

/** A connection's place in a scope. */
export interface Presence {
  /** Who is online, oneself too, at the moment of the arrival. */
  roster: LiveRoster;
  /** Ends it; others are told when it was the user's last: at once after a clean end, else when the grace is over. */
  leave: (departure: Departure) => Promise<void>;
}

/**
 * Who is online in which scope, on any number of devices, cluster-wide. Arrivals and departures are told once per user,
 * and those of 100 ms together.
 */
@Injectable()
export class PresenceService {
  private readonly scopes = new Map<string, PresenceScope>();

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /**
   * `listener` gets what changes after the roster, never about the user itself, and never before this has resolved;
   * without one the arrival counts, and nobody is told here.
   */
  async enter(scope: string, arrival: Arrival, listener: PresenceListener | undefined): Promise<Presence> {
    const watched = this.scopes.get(scope) ?? this.watch(scope);
    const seat = watched.seat(arrival, listener);
    try {
      const roster = await watched.join(seat);
      return { roster, leave: (departure) => this.leave(watched, seat, departure) };
    } catch (error) {
      this.release(watched, seat);
      throw error;
    }
  }

  /** Who is online now in one of these scopes or several. */
  async read(scopes: readonly string[]): Promise<Roster> {
    const snapshots = await Promise.all(scopes.map((scope) => this.cluster.sets.read(scope)));
    const members = snapshots.flatMap((snapshot) => snapshot.members);
    return rosterOf(members, this.cluster.sets.stale);
  }

  /** The user's open connections in a scope that this node has a connection in, on every node. */
  connectionsOf(scope: string, userId: UserId): readonly ConnectionId[] {
    return this.scopes.get(scope)?.connectionsOf(userId) ?? [];
  }

  private watch(scope: string): PresenceScope {
    const watched = new PresenceScope(scope, this.cluster.sets, this.clock);
    this.scopes.set(scope, watched);
    return watched;
  }

  private async leave(watched: PresenceScope, seat: Seat, departure: Departure): Promise<void> {
    this.release(watched, seat);
    const graceMs = departure.how === 'broken' ? this.settings.RECONNECT_GRACE_MS + departure.extraGraceMs : 0;
    const options = graceMs > 0 ? { graceMs } : {};
    await this.cluster.sets.leave(watched.name, seat.connectionId, seat.connectionId, options);
  }

  private release(watched: PresenceScope, seat: Seat): void {
    if (watched.free(seat) && this.scopes.get(watched.name) === watched) this.scopes.delete(watched.name);
  }
}
