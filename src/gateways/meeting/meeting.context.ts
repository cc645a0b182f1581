import { BadHandshake } from '../../realtime/raw-gateway.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import type { LoggedContext } from '../../realtime/client-connection.js';
import type { Connection } from '../../realtime/connection.js';
import { Conflict } from '../../common/domain-error.js';
import { isRoomId, NO_ROOM_ID } from '../../signaling/room-id.js';
import type { MeetingPeer } from './meeting.peer.js';

/** A connection to a meeting: a peer once it has joined. */
export class MeetingContext implements LoggedContext {
  peer: MeetingPeer | undefined;

  constructor(readonly roomId: string) {}

  /** @throws BadHandshake */
  static read({ params }: HandshakeRequest): MeetingContext {
    const roomId = params['room_id'] ?? '';
    if (!isRoomId(roomId)) throw new BadHandshake(NO_ROOM_ID);
    return new MeetingContext(roomId);
  }

  get logFields(): object {
    return { room_id: this.roomId };
  }

  /** @throws Conflict before `join`, and after `leave` */
  get joined(): MeetingPeer {
    if (this.peer === undefined) throw new Conflict('Join the meeting first.');
    return this.peer;
  }
}

export type MeetingConnection = Connection<MeetingContext>;
