import type { Cancel } from '../../common/clock.js';
import { Conflict, Forbidden } from '../../common/domain-error.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { Urgency } from '../../realtime/client-connection.js';
import type { Connection } from '../../realtime/connection.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import { encodeFrame, serialise } from '../../realtime/wire.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import type { ChatLine, MeetingState } from '../../signaling/meeting-state.js';
import type { RoomListener, RoomParticipant, RoomSeat, RoomSignal } from '../../signaling/room-seat.js';
import type { MeetingChatHistoryEvent, MeetingHostChangedEvent, MeetingPeersEvent } from './meeting.event-shapes.js';
import { changesOf, peerFields, switchesOf } from './meeting.events.js';
import type { MeetingFrames } from './meeting.frames.js';
import type { PeerData } from './meeting.peer-data.js';

/** What it is told before the answer to its `join`. */
interface Held {
  frame: Frame;
  /** The id of a chat line, which may come in the history too. */
  line: string | undefined;
}

/** A connection that is in a meeting: what it is told, in the dialect of section 6, and what it shows of itself. */
export class MeetingPeer implements RoomListener {
  /** Called when it is in the meeting no longer. */
  onGone: Cancel = () => undefined;
  private seat: RoomSeat | undefined;
  private present: readonly RoomParticipant[] = [];
  private readonly known = new Map<string, RoomParticipant>();
  private hostId = '';
  private held: Held[] | undefined = [];
  private linesInHistory = new Set<string>();

  constructor(
    readonly member: string,
    private readonly roomId: string,
    private readonly connection: Connection,
    private readonly frames: MeetingFrames,
    public shown: PeerData,
  ) {}

  /** Its place in the meeting. */
  get place(): RoomSeat {
    if (this.seat === undefined) throw new Conflict('Not in the meeting.');
    return this.seat;
  }

  get isHost(): boolean {
    return this.currentHost() === this.member;
  }

  /** To be called at once when it has entered, before anything is told. */
  sit(seat: RoomSeat): void {
    this.seat = seat;
    this.present = seat.others();
    for (const participant of this.present) this.known.set(participant.member, participant);
    this.hostId = this.currentHost();
  }

  /** The answer to `join`: the meeting as it was at the entry. */
  greeting({ chat, lock }: MeetingState): WireEvent {
    const { userId, username } = this.connection.user;
    const [{ order }, { member, present, hostId }] = [this.place, this];
    return {
      type: 'peers',
      self: peerFields({ member, order, userId, username, data: this.shown }, hostId),
      peers: present.map((peer) => peerFields(peer, hostId)),
      chat_enabled: chat.on,
      locked: lock.on,
      host_id: hostId,
    } satisfies MeetingPeersEvent;
  }

  /** After that answer: what was said before one came, then what has happened since, no line twice. */
  begin(history: readonly ChatLine[]): void {
    const held = this.held ?? [];
    this.held = undefined;
    this.present = [];
    this.linesInHistory = new Set(history.map(({ id }) => id));
    if (history.length > 0)
      this.send({ type: 'chat-history', messages: [...history] } satisfies MeetingChatHistoryEvent);
    for (const { frame, line } of held) if (!this.isInHistory(line)) this.connection.sendFrame(frame);
  }

  /** @throws Conflict when it has lost its place */
  async show(changes: Partial<PeerData>): Promise<void> {
    this.shown = { ...this.shown, ...changes };
    if (!(await this.place.update(this.shown))) throw new Conflict('No longer in the meeting.');
  }

  /** Relays to one peer, or to all others. @throws TargetNotFound */
  signal(event: WireEvent, to?: string): void {
    this.place.signal(event.type, serialise(event), to);
  }

  /** @throws Forbidden */
  requireHost(): void {
    if (!this.isHost) throw new Forbidden('Only the host may do this.');
  }

  async leave(departure: Departure): Promise<void> {
    try {
      await this.seat?.leave(departure);
    } finally {
      this.onGone();
    }
  }

  joined(participant: RoomParticipant): void {
    this.known.set(participant.member, participant);
    this.sendFrame(this.frames.joined(participant, this.currentHost()));
    this.tellHost();
  }

  left(participant: RoomParticipant): void {
    this.known.delete(participant.member);
    this.sendFrame(this.frames.left(participant));
    this.tellHost();
  }

  updated(participant: RoomParticipant): void {
    const before = this.known.get(participant.member) ?? participant;
    this.known.set(participant.member, participant);
    for (const event of changesOf(before, participant)) this.send(event);
    this.tellHost();
  }

  moved(): void {
    this.tellHost();
  }

  received(signal: RoomSignal): void {
    const { frame, line, loweredHandOf } = this.frames.signal(this.roomId, signal);
    if (line !== undefined) {
      if (!this.isInHistory(line.id)) this.sendFrame(frame, 'durable', line.id);
      return;
    }
    this.sendFrame(frame, 'volatile');
    if (loweredHandOf === this.member) this.lowerHand(signal.from);
  }

  replaced(): void {
    this.connection.close(CloseCode.Replaced, 'replaced by a newer connection');
  }

  removed(reason: string): void {
    this.connection.close(CloseCode.Forbidden, reason);
  }

  switched(before: MeetingState, after: MeetingState): void {
    for (const event of switchesOf(before, after)) if (event.from !== this.member) this.send(event);
  }

  private lowerHand(by: string): void {
    // Whoever loses the place meanwhile has no hand to lower.
    if (this.shown.hand.raised) this.show({ hand: { raised: false, by } }).catch(() => undefined);
  }

  private isInHistory(line: string | undefined): boolean {
    return line !== undefined && this.linesInHistory.delete(line);
  }

  private currentHost(): string {
    const [first] = this.place.others();
    return first !== undefined && first.order < this.place.order ? first.member : this.member;
  }

  private tellHost(): void {
    const hostId = this.currentHost();
    if (hostId === this.hostId) return;
    this.hostId = hostId;
    this.send({ type: 'host-changed', host_id: hostId } satisfies MeetingHostChangedEvent);
  }

  private send(event: WireEvent): void {
    this.sendFrame(encodeFrame(event));
  }

  private sendFrame(frame: Frame, urgency: Urgency = 'durable', line?: string): void {
    if (this.held) this.held.push({ frame, line });
    else this.connection.sendFrame(frame, urgency);
  }
}
