import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import type { Json } from '../cluster/cluster.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { Unavailable } from '../common/domain-error.js';
import { DomainEvents } from '../common/domain-events.js';
import type { UserId } from '../common/ids.js';
import { MeetingCopies } from './internal/meeting-copies.js';
import type { MeetingListener } from './internal/meeting-copies.js';
import { addLine, joinLines, joinStates, NEW_MEETING } from './meeting-state.js';
import type { ChatLine, MeetingState } from './meeting-state.js';
import { ChatDisabled, RemovedFromMeeting, TooManyRemoved } from './meetings.errors.js';
import { RoomLocked } from './room-access.errors.js';
import { roomScope } from './room-seat.js';
import type { RoomSeat } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

/** What is kept of a meeting ends so long after its last peer's node has: that node's clients may come back meanwhile. */
const KEPT_MS = 60_000;
const REFRESH_MS = 20_000;
const MOST_REMOVED = 1000;

export interface MeetingEntrant {
  userId: UserId;
  /** The peer id that they want: whoever holds it already is in, locked or not. */
  member: string;
}

/**
 * What a meeting is beside its peers: whether its chat is enabled, whether its host has locked it, whom the host has
 * removed, and the last lines of its chat. It is kept where all nodes see it. Each node with peers has a copy: it goes on
 * with that while the others cannot be reached, and brings it in afterwards.
 */
@Injectable()
export class Meetings implements OnModuleInit, OnApplicationShutdown {
  private readonly copies = new MeetingCopies();
  private stops: Cancel[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly rooms: SignalingRooms,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    const reconcileAll = () => {
      for (const roomId of this.copies.all()) this.tasks.run('meeting state', () => this.reconcile(roomId));
    };
    this.stops = [
      this.clock.every(REFRESH_MS, reconcileAll),
      this.cluster.backplane.on('restored', reconcileAll),
      this.events.on('meeting.changed', async ({ roomId }) => {
        if (this.copies.has(roomId)) await this.state(roomId);
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Keeps what is known of the meeting on this node, and tells of what its hosts change. Returns its own undo. */
  attend(roomId: string, listener: MeetingListener): Cancel {
    const leave = this.copies.attend(roomId, listener);
    return () => {
      if (leave()) this.tasks.run('meeting ends', () => this.endIfEmpty(roomId));
    };
  }

  /**
   * Before somebody enters. What is left of a meeting that nobody is in any more counts for nothing.
   *
   * @throws RemovedFromMeeting, RoomLocked
   */
  async requireOpen(roomId: string, { userId, member }: MeetingEntrant): Promise<void> {
    const { lock, removed } = await this.state(roomId);
    if (!lock.on && !removed.includes(userId)) return;
    const present = await this.rooms.read(scopeOf(roomId));
    if (present.length === 0) return;
    if (removed.includes(userId)) throw new RemovedFromMeeting();
    if (!present.some((participant) => participant.member === member && participant.userId === userId))
      throw new RoomLocked();
  }

  /**
   * Once somebody has entered: the meeting as they find it. It looks again, because a lock or a removal that was
   * acknowledged meanwhile counts for them.
   *
   * @throws RemovedFromMeeting, RoomLocked
   */
  async entered(roomId: string, userId: UserId, seat: RoomSeat): Promise<MeetingState> {
    const state = await this.state(roomId);
    if (seat.replaced) return state;
    if (seat.others().length === 0) {
      await this.forget(roomId);
      return NEW_MEETING;
    }
    if (state.removed.includes(userId)) throw new RemovedFromMeeting();
    if (state.lock.on) throw new RoomLocked();
    return state;
  }

  /** The last hundred lines, oldest first. */
  async history(roomId: string): Promise<readonly ChatLine[]> {
    const lines = await this.orCopy(async () => linesOf((await this.cluster.documents.get(chatKey(roomId)))?.value));
    return this.copies.adoptLines(roomId, lines ?? []);
  }

  /** @throws ChatDisabled for all but the host while the chat is disabled */
  async say(roomId: string, line: ChatLine, isHost: boolean): Promise<void> {
    const { chat } = await this.state(roomId);
    if (!chat.on && !isHost) throw new ChatDisabled();
    await this.orCopy(() => this.storeLines(roomId, (lines) => addLine(lines, line)));
    this.copies.addLine(roomId, line);
  }

  /** A line that another peer has said. */
  heard(roomId: string, line: ChatLine): void {
    this.copies.addLine(roomId, line);
  }

  setChat(roomId: string, on: boolean, by: string): Promise<void> {
    return this.change(roomId, (state) => ({ ...state, chat: this.switched(state.chat, on, by) }));
  }

  setLock(roomId: string, on: boolean, by: string): Promise<void> {
    return this.change(roomId, (state) => ({ ...state, lock: this.switched(state.lock, on, by) }));
  }

  /** Sends the user out, whatever they came by, and lets them in no more while the meeting lives. */
  async remove(roomId: string, userId: UserId): Promise<void> {
    await this.change(roomId, (state) => {
      if (state.removed.length >= MOST_REMOVED) throw new TooManyRemoved(MOST_REMOVED);
      return { ...state, removed: [...new Set([...state.removed, userId])] };
    });
    await this.rooms.removeAll(scopeOf(roomId), (participant) => participant.userId === userId, 'removed by the host');
  }

  /** What is kept of it now; what this node knows while the others cannot be asked. */
  async state(roomId: string): Promise<MeetingState> {
    const state = await this.orCopy(async () => stateOf((await this.cluster.documents.get(stateKey(roomId)))?.value));
    return this.copies.adoptState(roomId, state ?? NEW_MEETING);
  }

  private async change(roomId: string, change: (state: MeetingState) => MeetingState): Promise<void> {
    const stored = await this.orCopy(async () =>
      stateOf(
        (
          await this.cluster.documents.update(
            stateKey(roomId),
            (value) => change(joinStates(stateOf(value), this.copies.state(roomId))),
            { ttlMs: KEPT_MS },
          )
        )?.value,
      ),
    );
    this.copies.adoptState(roomId, stored ?? change(this.copies.state(roomId)));
    await this.events.publish('meeting.changed', { roomId });
  }

  /** Later than what it takes the place of, whatever the clocks of the nodes say. */
  private switched(before: MeetingState['chat'], on: boolean, by: string): MeetingState['chat'] {
    return before.on === on ? before : { on, by, at: Math.max(this.clock.now(), before.at + 1) };
  }

  /** Brings in what this node knows, and learns what the others have; also keeps it from running out. */
  private async reconcile(roomId: string): Promise<void> {
    await this.orCopy(async () => {
      if (this.copies.state(roomId) !== NEW_MEETING) {
        const stored = await this.cluster.documents.update(
          stateKey(roomId),
          (value) => joinStates(stateOf(value), this.copies.state(roomId)),
          { ttlMs: KEPT_MS },
        );
        this.copies.adoptState(roomId, stateOf(stored?.value));
      } else {
        await this.state(roomId);
      }
      const own = this.copies.lines(roomId);
      if (own.length > 0) await this.storeLines(roomId, (lines) => joinLines(lines, own));
    });
  }

  private async storeLines(roomId: string, change: (lines: readonly ChatLine[]) => readonly ChatLine[]): Promise<void> {
    const stored = await this.cluster.documents.update(
      chatKey(roomId),
      (value) => change(linesOf(value)) as unknown as Json,
      { ttlMs: KEPT_MS },
    );
    this.copies.adoptLines(roomId, linesOf(stored?.value));
  }

  private async endIfEmpty(roomId: string): Promise<void> {
    if (!this.copies.has(roomId) && (await this.rooms.read(scopeOf(roomId))).length === 0) await this.forget(roomId);
  }

  private async forget(roomId: string): Promise<void> {
    this.copies.reset(roomId);
    await this.orCopy(async () => {
      const keys = [stateKey(roomId), chatKey(roomId)];
      await Promise.all(keys.map((key) => this.cluster.documents.update(key, () => undefined, { ttlMs: KEPT_MS })));
    });
  }

  /** Undefined while the nodes cannot reach what they share: then this one goes on with its copy. */
  private async orCopy<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return undefined;
    }
  }
}

const scopeOf = (roomId: string) => roomScope('meeting', roomId);
const stateKey = (roomId: string) => `meeting:${roomId}:state`;
const chatKey = (roomId: string) => `meeting:${roomId}:chat`;
const stateOf = (value: Json | undefined) => (value as MeetingState | undefined) ?? NEW_MEETING;
const linesOf = (value: Json | undefined) => (value as unknown as ChatLine[] | undefined) ?? [];
