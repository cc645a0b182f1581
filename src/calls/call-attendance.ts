import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { Unavailable } from '../common/domain-error.js';
import { CallFacts, DomainEvents } from '../common/domain-events.js';
import type { CallId, ConnectionId, ConversationId } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import type { Departure } from '../realtime/raw-gateway.js';
import type { CallActor, CallState } from './call.js';
import { CallPartyRepository } from './persistence/call-party.repository.js';
import type { Attendance } from './persistence/call-party.repository.js';
import { LiveCalls } from './persistence/live-calls.js';

/** Well within the lease, and within the time that is left to take a lost place. */
const RENEW_MS = 3000;
/** After it came to a call, a connection tries to take a lost place so much later again. */
const AGAIN_MS = [250, 1000];
/** Departures that wait for Postgres; those of the others are told by their leases. */
const UNRELEASED_LIMIT = 1000;

/** The connections of one conversation on this node, by id, and the call that goes on there. */
interface Attended {
  connections: Map<ConnectionId, Pick<Attendance, 'userId' | 'since'>>;
  live: CallId | undefined;
}

interface Departed {
  connectionId: ConnectionId;
  graceMs: number;
}

/**
 * The connections of this node that users ring, answer and talk on. It renews the places of those who are in a call, and
 * gives up the place of one that has gone: the call ends when its user does not come back in time.
 */
@Injectable()
export class CallAttendance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly conversations = new Map<ConversationId, Attended>();
  private readonly unreleased: Departed[] = [];
  private stops: Cancel[] = [];

  constructor(
    private readonly parties: CallPartyRepository,
    private readonly calls: LiveCalls,
    private readonly events: DomainEvents,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.stops = [
      this.events.on('call.changed', (call) => {
        this.note(call);
      }),
      this.clock.every(RENEW_MS, () => {
        this.tasks.run('renew calls', () => this.renew());
      }),
    ];
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  /** The call that goes on there; one who comes back to it in time takes its place again. */
  async enter(conversationId: ConversationId, { connectionId, userId }: CallActor): Promise<CallState | undefined> {
    const attended = this.conversations.get(conversationId) ?? { connections: new Map(), live: undefined };
    this.conversations.set(conversationId, attended);
    // Until it is known since when it is here, it claims nothing.
    const connection = { userId, since: '-infinity' };
    attended.connections.set(connectionId, connection);
    const { now, call } = await this.calls.find(conversationId);
    connection.since = now;
    if (call) {
      attended.live = call.callId;
      await this.hold([attended]);
      this.holdAgain(attended);
    }
    return call;
  }

  /** Whoever did not mean to go may come back, on another connection, until the grace is over. */
  async leave(conversationId: ConversationId, connectionId: ConnectionId, departure: Departure): Promise<void> {
    const attended = this.conversations.get(conversationId);
    if (!attended?.connections.delete(connectionId)) return;
    if (attended.connections.size === 0) this.conversations.delete(conversationId);
    if (attended.live === undefined) return;
    const graceMs = departure.how === 'broken' ? this.settings.RECONNECT_GRACE_MS + departure.extraGraceMs : 0;
    await this.release({ connectionId, graceMs });
  }

  /** Who comes back may be quicker than the news that it had gone, and its grace shorter than the next renewal is away. */
  private holdAgain(attended: Attended): void {
    for (const ms of AGAIN_MS)
      this.clock.after(ms, () => {
        if (this.stops.length > 0) this.tasks.run('take a place', () => this.hold([attended]));
      });
  }

  /** What cannot be done now is tried again for a while; then the lease has ended by itself. */
  private async release(departure: Departed): Promise<void> {
    try {
      await this.parties.release(departure.connectionId, departure.graceMs);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (this.unreleased.length < UNRELEASED_LIMIT) this.unreleased.push(departure);
    }
  }

  private async renew(): Promise<void> {
    for (const departure of this.unreleased.splice(0)) await this.release(departure);
    await this.hold([...this.conversations.values()]);
  }

  private note({ conversationId, callId, endedAt }: CallFacts): void {
    const attended = this.conversations.get(conversationId);
    if (attended === undefined) return;
    if (endedAt === null) attended.live = callId;
    else if (attended.live === callId) attended.live = undefined;
  }

  private async hold(conversations: readonly Attended[]): Promise<void> {
    const attendances: Attendance[] = [];
    for (const { live: callId, connections } of conversations) {
      if (callId === undefined) continue;
      for (const [connectionId, { userId, since }] of connections)
        attendances.push({ callId, userId, connectionId, since });
    }
    try {
      if (attendances.length > 0) await this.parties.hold(attendances);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}
