import { BadHandshake } from '../../realtime/raw-gateway.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import type { LoggedContext } from '../../realtime/client-connection.js';
import type { Connection } from '../../realtime/connection.js';
import { isRoomId, NO_ROOM_ID } from '../../signaling/room-id.js';
import type { RoomSeat } from '../../signaling/room-seat.js';

/** A connection to a room. */
export class RoomContext implements LoggedContext {
  /** Set by the admission: its place in the room. */
  seat: RoomSeat | undefined;

  constructor(readonly roomId: string) {}

  /** @throws BadHandshake */
  static read({ params }: HandshakeRequest): RoomContext {
    const roomId = params['room_id'] ?? '';
    if (!isRoomId(roomId)) throw new BadHandshake(NO_ROOM_ID);
    return new RoomContext(roomId);
  }

  get logFields(): object {
    return { room_id: this.roomId };
  }

  /** The seat of a connection that has been admitted. */
  get place(): RoomSeat {
    if (this.seat === undefined) throw new Error('The connection is not in the room yet.');
    return this.seat;
  }
}

export type RoomConnection = Connection<RoomContext>;
