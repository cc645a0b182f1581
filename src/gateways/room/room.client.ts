import { CloseCode } from '../../realtime/close-codes.js';
import type { RoomListener, RoomParticipant, RoomSignal } from '../../signaling/room-seat.js';
import type { RoomConnection } from './room.context.js';
import { RoomFrames, usersInRoom } from './room.frames.js';

/** Tells one client what happens in its room (protocol section 5). */
export class RoomClient implements RoomListener {
  private refreshing = false;

  constructor(
    private readonly connection: RoomConnection,
    private readonly frames: RoomFrames,
  ) {}

  joined(participant: RoomParticipant): void {
    this.connection.sendFrame(this.frames.joined(participant));
  }

  left(participant: RoomParticipant): void {
    this.connection.sendFrame(this.frames.left(participant));
  }

  /** All that can change of a client here is its order. */
  updated(): void {
    this.refresh();
  }

  moved(): void {
    this.refresh();
  }

  received(signal: RoomSignal): void {
    this.connection.sendFrame(this.frames.signal(signal), 'volatile');
  }

  canReceive(): boolean {
    return this.connection.isReachable;
  }

  hasBrokenOff(): boolean {
    return this.connection.hasBrokenOff;
  }

  replaced(): void {
    this.connection.close(CloseCode.Replaced, 'replaced by a newer connection');
  }

  removed(reason: string): void {
    this.connection.close(CloseCode.Forbidden, reason);
  }

  /** When halves of a room are joined many orders change at once. */
  private refresh(): void {
    if (this.refreshing) return;
    this.refreshing = true;
    setImmediate(() => {
      this.refreshing = false;
      const { roomId, seat } = this.connection.context;
      if (seat) this.connection.send(usersInRoom(roomId, seat));
    });
  }
}
