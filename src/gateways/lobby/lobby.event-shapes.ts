import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { ANY_JSON } from '../../infra/http/api-docs.js';
import { LobbyRoomDto } from '../../lobby/dto/lobby-room.dto.js';
import { LobbyStatsDto } from '../../lobby/dto/lobby-stats.dto.js';
import { SocketFailureAck } from '../../realtime/socket-core-events.js';
import { SocketEvent } from '../../realtime/wire-docs.js';

const PLAYER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
const AT = '2030-01-01T12:00:00.000Z';
const ROOM = 'chess-1';

@SocketEvent('connected', 'To everyone, first.', { envelope: true })
export class LobbyConnectedEvent {
  @ApiProperty({ description: 'A greeting, for people.', example: 'Welcome to /lobby.' })
  message!: string;

  @ApiProperty({ description: 'The server’s clock.', format: 'date-time', example: AT })
  server_time!: string;

  @ApiProperty({ description: 'One’s id as a player: the user’s.', format: 'uuid', example: PLAYER })
  player_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;
}

@SocketEvent('lobby_joined', 'Answers `join_lobby`.', { envelope: true })
export class LobbyJoinedEvent extends LobbyStatsDto {}

@SocketEvent('lobby_stats', 'The numbers have changed: at most once a second, to those who have joined the lobby.')
export class LobbyStatsEvent extends LobbyStatsDto {}

@SocketEvent('room_created', 'Answers `create_room`.', { envelope: true })
export class RoomCreatedEvent extends LobbyRoomDto {}

@SocketEvent('match_found', 'Answers `find_match`, before anything else of the room.', { envelope: true })
export class MatchFoundEvent extends LobbyRoomDto {}

abstract class OfRoom {
  @ApiProperty({ description: 'The room, after it.' })
  room!: LobbyRoomDto;
}

abstract class OfPlayer extends OfRoom {
  @ApiProperty({ description: 'Which player: a user’s id.', example: PLAYER })
  player_id!: string;
}

abstract class OfNamedPlayer extends OfPlayer {
  @ApiProperty({ description: 'The name that it goes by.', example: 'alice' })
  player_name!: string;
}

@SocketEvent(
  'player_joined',
  'To everyone in the room, the player too; to the player alone who was in it already and takes the seat over, or back.',
)
export class PlayerJoinedEvent extends OfNamedPlayer {}

@SocketEvent('player_left', 'To everyone in the room and to the player, who sees no `data` of it any more.')
export class PlayerLeftEvent extends OfPlayer {}

@SocketEvent('player_disconnected', 'To the others in an active room: the player has 30 s to come back.')
export class PlayerDisconnectedEvent extends OfNamedPlayer {}

@SocketEvent('player_reconnected', 'To the others: the player is back.')
export class PlayerReconnectedEvent extends OfNamedPlayer {}

@SocketEvent('game_start', 'To everyone in a room that is full now: it is `active`.')
export class GameStartEvent extends LobbyRoomDto {
  @ApiProperty({ description: 'The same again.' })
  room!: LobbyRoomDto;
}

@SocketEvent('game_move', 'To the others in the room.')
export class GameMoveEvent {
  @ApiProperty({ description: 'The room.', example: ROOM })
  room_id!: string;

  @ApiProperty({ description: 'Whose move it is.', example: PLAYER })
  player_id!: string;

  @ApiProperty({ description: 'The move, as clients agree on it.', ...ANY_JSON, example: { from: 'e2', to: 'e4' } })
  move!: Json;

  @ApiProperty({ description: 'Counts the room’s moves, from 1, without holes.', type: 'integer', example: 1 })
  n!: number;
}

@SocketEvent('room_updated', 'To everyone in the room: its data has changed, or two halves of it were joined.')
export class RoomUpdatedEvent extends OfRoom {}

@SocketEvent('game_finished', 'To everyone in the room: it is `finished`.')
export class GameFinishedEvent extends OfRoom {
  @ApiProperty({
    description: 'As the player gave it who finished the game.',
    ...ANY_JSON,
    example: { winner: PLAYER },
  })
  result!: Json;
}

abstract class LobbySignal {
  @ApiProperty({ description: 'The room.', example: ROOM })
  room_id!: string;

  @ApiPropertyOptional({ description: 'The player that it is for; absent: all others.', example: PLAYER })
  target_id?: string;

  @ApiProperty({ description: 'Who sends it, always from the connection.', format: 'uuid', example: PLAYER })
  sender_id!: string;
}

@SocketEvent('webrtc_offer', 'To its target, else to the others in the room; in the order sent.')
export class LobbyOfferEvent extends LobbySignal {
  @ApiProperty({ description: 'As it was sent.', ...ANY_JSON, example: { type: 'offer', sdp: 'v=0…' } })
  offer!: Json;
}

@SocketEvent('webrtc_answer', 'To its target, else to the others in the room; in the order sent.')
export class LobbyAnswerEvent extends LobbySignal {
  @ApiProperty({ description: 'As it was sent.', ...ANY_JSON, example: { type: 'answer', sdp: 'v=0…' } })
  answer!: Json;
}

@SocketEvent('ice_candidate', 'To its target, else to the others in the room; in the order sent.')
export class LobbyCandidateEvent extends LobbySignal {
  @ApiProperty({ description: 'As it was sent.', ...ANY_JSON, example: { candidate: 'candidate:1 1 udp …' } })
  candidate!: Json;
}

@SocketEvent('new_message', 'To everyone who has joined the chat, the sender too.')
export class NewMessageEvent {
  @ApiProperty({ description: 'The message’s id.', format: 'uuid', example: PLAYER })
  id!: string;

  @ApiProperty({ description: '`chat_room`, or the room whose chat it is.', example: 'chat_room' })
  room!: string;

  @ApiProperty({ description: 'The sender’s name.', example: 'alice' })
  user!: string;

  @ApiProperty({ description: 'The sender.', format: 'uuid', example: PLAYER })
  user_id!: string;

  @ApiProperty({ description: 'What was said.', example: 'Good game!' })
  text!: string;

  @ApiProperty({ description: 'When.', format: 'date-time', example: AT })
  timestamp!: string;
}

@SocketEvent('chat_joined', 'Answers `join_chat`.', { envelope: true })
export class ChatJoinedEvent {
  @ApiProperty({ description: 'The last 20, oldest first.', type: [NewMessageEvent] })
  recent_messages!: NewMessageEvent[];

  @ApiProperty({ description: '`chat_room`, or the room whose chat it is.', example: 'chat_room' })
  room!: string;
}

@SocketEvent(
  'error',
  'An event was refused: the same as its acknowledgement. Also, with `conflict`, when another connection of the player has taken a seat.',
)
export class LobbyErrorEvent extends SocketFailureAck {}
