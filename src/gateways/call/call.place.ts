import type { Clock } from '../../common/clock.js';
import type { SocketConnection } from '../../realtime/socket-connection.js';
import type { RoomListener, RoomParticipant, RoomSeat, RoomSignal } from '../../signaling/room-seat.js';
import type { CallMetadata, CallRoomJoinedEvent } from './call.event-shapes.js';
import { ParticipantTexts, roomJoined, SignalTexts } from './call.events.js';
import { dataOf, isSameRoom, metadataOf } from './call.metadata.js';

const texts = new ParticipantTexts();

/** One client's place in a call room, and what it is told there (protocol section 7.1). */
export class CallPlace implements RoomListener {
  readonly signals: SignalTexts;
  /** Given by whoever enters the room for it, before it is told anything. */
  seat!: RoomSeat;
  /** As the client has been told them. */
  private readonly orders = new Map<string, number>();
  private greeted = false;
  private refreshing = false;

  constructor(
    private readonly connection: SocketConnection<{ place: object | undefined }>,
    readonly callRoomId: string,
    public metadata: CallMetadata,
    private readonly clock: Clock,
  ) {
    this.signals = new SignalTexts(callRoomId, connection);
  }

  /** Tells the client where it is: of what has changed before that, it is told in no other way, also when word of it comes later. */
  greet(): CallRoomJoinedEvent {
    const event = roomJoined(this);
    this.greeted = true;
    this.orders.clear();
    for (const { socketId, order } of event.existingParticipants) this.orders.set(socketId, order);
    this.connection.emit('webrtc:room-joined', event);
    return event;
  }

  joined(participant: RoomParticipant): void {
    const isKnown = this.orders.has(participant.member);
    this.orders.set(participant.member, participant.order);
    if (!isKnown) this.tell('joined', participant);
    this.adoptLater();
  }

  left(participant: RoomParticipant): void {
    if (this.orders.delete(participant.member)) this.tell('left', participant);
  }

  updated({ member, order }: RoomParticipant): void {
    if (this.greeted && this.orders.get(member) !== order) this.refresh();
    else this.adoptLater();
  }

  moved(): void {
    if (this.greeted) this.refresh();
  }

  received(signal: RoomSignal): void {
    this.connection.sendText(signal.text, 'volatile');
  }

  canReceive(): boolean {
    return this.connection.isOpen;
  }

  /** A socket's id is its own, so nobody replaces it. */
  replaced(): void {
    this.removed('replaced');
  }

  removed(reason: string): void {
    const { context } = this.connection;
    if (context.place === this) context.place = undefined;
    this.connection.emit('webrtc:signaling-error', {
      error: `You are no longer in the call room: ${reason}.`,
      code: 'forbidden',
      timestamp: this.clock.date().toISOString(),
    });
    this.connection.emit('webrtc:room-left', { callRoomId: this.callRoomId });
  }

  /** The room's metadata is what whoever came first has said; of two that made it at once one is believed, by all. */
  async adopt(): Promise<void> {
    const others = this.seat.others();
    const first = metadataOf(others);
    if (first === undefined || (others[0]?.order ?? 0) > this.seat.order || isSameRoom(first, this.metadata)) return;
    this.metadata = first;
    await this.seat.update(dataOf(first));
  }

  private adoptLater(): void {
    // What cannot be told to the others now is told with the next change of the room.
    this.adopt().catch(() => undefined);
  }

  private tell(kind: 'joined' | 'left', participant: RoomParticipant): void {
    if (!this.greeted) return;
    const count = this.orders.size + 1;
    this.connection.sendText(texts.of(kind, this.callRoomId, participant, count));
  }

  /** When halves of a room are joined many orders change at once. */
  private refresh(): void {
    if (this.refreshing) return;
    this.refreshing = true;
    setImmediate(() => {
      this.refreshing = false;
      if (this.connection.context.place !== this) return;
      this.adoptLater();
      this.greet();
    });
  }
}
