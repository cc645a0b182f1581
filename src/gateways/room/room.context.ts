import { BadHandshake } from '../../realtime/raw-gateway.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import type { Connection } from '../../realtime/connection.js';
import type { RoomSeat } from '../../signaling/room-seat.js';

const ROOM_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Names of other gateways, which are no room ids. */
const RESERVED = new Set(['channel', 'dm', 'meet', 'user']);

/** A connection to a room. */
export class RoomContext {
  /** Set by the admission: its place in the room. */
  seat: RoomSeat | undefined;

  constructor(readonly roomId: string) {}

  /** @throws BadHandshake */
  static read({ params }: HandshakeRequest): RoomContext {
    const roomId = params['room_id'] ?? '';
    if (!ROOM_ID.test(roomId)) throw new BadHandshake('room_id must be 1 to 128 of A-Z a-z 0-9 _ . : -');
    if (RESERVED.has(roomId)) throw new BadHandshake('room_id is a reserved word');
    return new RoomContext(roomId);
  }

  /** The seat of a connection that has been admitted. */
  get place(): RoomSeat {
    if (this.seat === undefined) throw new Error('The connection is not in the room yet.');
    return this.seat;
  }
}

export type RoomConnection = Connection<RoomContext>;
