import { ANY_JSON } from '../../infra/http/api-docs.js';
import { ApiProperty } from '@nestjs/swagger';
import type { RawJson } from '../../realtime/raw-json.js';
import { WsEvent } from '../../realtime/wire-docs.js';

const CLIENT = 'laptop-1';
const ORDER = 'Grows with each join: in a pair the higher one makes the first offer, and is the polite one.';

/** One client in a room. */
export class RoomUser {
  @ApiProperty({ description: 'What the client called itself, else a UUID.', example: CLIENT })
  client_id!: string;

  @ApiProperty({ description: 'The name of its user.', example: 'alice' })
  username!: string;

  @ApiProperty({ description: ORDER, type: 'integer', example: 1 })
  order!: number;
}

@WsEvent(
  'Who is in the room already: the first frame after `auth_success`. Again when orders have changed, after two halves of a room were joined.',
)
export class UsersInRoomEvent {
  readonly type = 'users_in_room' as const;

  @ApiProperty({ description: 'The room.', example: 'standup' })
  room_id!: string;

  @ApiProperty({ description: 'The others, by `order`.', type: [RoomUser] })
  users!: RoomUser[];

  @ApiProperty({ description: 'One’s own. ' + ORDER, type: 'integer', example: 3 })
  order!: number;
}

@WsEvent(
  'A client has come. To the others; not for one that has replaced its older connection, or is back in its grace.',
)
export class RoomUserJoinedEvent extends RoomUser {
  readonly type = 'user_joined' as const;

  @ApiProperty({ description: 'The same as `client_id`.', example: CLIENT })
  from!: string;
}

@WsEvent('A client has left, however its connection ended. To the others, once.')
export class RoomUserLeftEvent {
  readonly type = 'user_left' as const;

  @ApiProperty({ description: 'The client.', example: CLIENT })
  client_id!: string;

  @ApiProperty({ description: 'The same as `client_id`.', example: CLIENT })
  from!: string;

  @ApiProperty({ description: 'The name of its user.', example: 'alice' })
  username!: string;
}

/** Who has sent a signal. */
abstract class RoomSignalEvent {
  @ApiProperty({ description: 'The client that sent it.', example: CLIENT })
  from!: string;

  @ApiProperty({ description: 'The name of its user.', example: 'alice' })
  username!: string;
}

const BODY = { type: 'object', additionalProperties: true } as const;

@WsEvent('An offer. To its target, else to all but the sender.')
export class RoomOfferEvent extends RoomSignalEvent {
  readonly type = 'offer' as const;

  @ApiProperty({ ...BODY, description: 'As it was sent.', example: { type: 'offer', sdp: 'v=0…' } })
  offer!: RawJson;
}

@WsEvent('An answer. To its target, else to all but the sender.')
export class RoomAnswerEvent extends RoomSignalEvent {
  readonly type = 'answer' as const;

  @ApiProperty({ ...BODY, description: 'As it was sent.', example: { type: 'answer', sdp: 'v=0…' } })
  answer!: RawJson;
}

@WsEvent('An ICE candidate. To its target, else to all but the sender; never before its sender’s offer.')
export class RoomIceCandidateEvent extends RoomSignalEvent {
  readonly type = 'ice_candidate' as const;

  @ApiProperty({
    ...BODY,
    description: 'As it was sent; `null`: there are no more.',
    nullable: true,
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0 },
  })
  candidate!: RawJson;
}

@WsEvent('What the clients agree on. To its target, else to all but the sender.')
export class RoomDataEvent extends RoomSignalEvent {
  readonly type = 'data' as const;

  @ApiProperty({ ...ANY_JSON, description: 'As it was sent.', example: { text: 'hello' } })
  data!: RawJson;
}
