import { encodeFrame, frameOf } from '../../realtime/wire.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import type { RoomParticipant, RoomSeat, RoomSignal } from '../../signaling/room-seat.js';
import { EncodeOnce } from '../shared/encode-once.js';
import type { RoomUserJoinedEvent, RoomUserLeftEvent, UsersInRoomEvent } from './room.event-shapes.js';

/** What participants of rooms are told: what many get one after the other is encoded once. */
export class RoomFrames {
  private readonly joins = new EncodeOnce<RoomParticipant, Frame>();
  private readonly departures = new EncodeOnce<RoomParticipant, Frame>();
  private readonly signals = new EncodeOnce<RoomSignal, Frame>();

  joined(participant: RoomParticipant): Frame {
    return this.joins.of(participant, ({ member, username, order }) =>
      encodeFrame({
        type: 'user_joined',
        client_id: member,
        from: member,
        username,
        order,
      } satisfies RoomUserJoinedEvent),
    );
  }

  left(participant: RoomParticipant): Frame {
    return this.departures.of(participant, ({ member, username }) =>
      encodeFrame({ type: 'user_left', client_id: member, from: member, username } satisfies RoomUserLeftEvent),
    );
  }

  signal(signal: RoomSignal): Frame {
    return this.signals.of(signal, ({ text }) => frameOf(text));
  }
}

export function usersInRoom(roomId: string, seat: RoomSeat): WireEvent {
  const users = seat.others().map(({ member, username, order }) => ({ client_id: member, username, order }));
  return { type: 'users_in_room', room_id: roomId, users, order: seat.order } satisfies UsersInRoomEvent;
}
