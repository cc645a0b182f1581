import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Json } from '../../cluster/cluster.js';
import { IfPresent } from '../../common/if-present.js';
import { IsText } from '../../common/text.js';
import { MOST_PLAYERS } from '../../lobby/room-id.js';
import type { RawJson } from '../../realtime/raw-json.js';
import { SignalBody } from '../shared/commands.js';
import { IsRoomId } from './is-room-id.js';

const PLAYER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
const ROOM = 'chess-1';
type Fields = Readonly<Record<string, Json>>;

class RoomCommand {
  @ApiProperty({ description: 'The room’s id.', maxLength: 128, example: ROOM })
  @IsRoomId()
  room_id!: string;
}

/** `create_room` */
export class LobbyCreateRoomCommand {
  @ApiPropertyOptional({
    description: 'What it is to be called: 1 to 128 of A-Z a-z 0-9 _ . : -, and no reserved word; without it, a UUID.',
    maxLength: 128,
    example: ROOM,
  })
  @IfPresent()
  @IsRoomId()
  room_id?: string;

  @ApiPropertyOptional({
    description: 'How many players it takes to begin.',
    type: 'integer',
    minimum: 2,
    maximum: MOST_PLAYERS,
    default: 2,
    example: 2,
  })
  @IfPresent()
  @IsInt()
  @Min(2)
  @Max(MOST_PLAYERS)
  max_players: number = 2;

  @ApiPropertyOptional({
    description: 'For the players of the room alone; at most 16,384 characters of JSON.',
    type: 'object',
    additionalProperties: true,
    example: { map: 'harbour' },
  })
  @IfPresent()
  @IsObject()
  data?: Fields;

  @ApiPropertyOptional({ description: 'It is in no list, and given to nobody who looks for a match.', example: false })
  @IfPresent()
  @IsBoolean()
  private?: boolean;
}

/** `find_match` */
export class LobbyFindMatchCommand {
  @ApiPropertyOptional({ description: 'The name to go by; else the username.', maxLength: 64, example: 'Queen' })
  @IfPresent()
  @IsText({ max: 64 })
  player_name?: string;

  @ApiPropertyOptional({
    description: 'How many players the game takes.',
    type: 'integer',
    minimum: 2,
    maximum: MOST_PLAYERS,
    default: 2,
    example: 2,
  })
  @IfPresent()
  @IsInt()
  @Min(2)
  @Max(MOST_PLAYERS)
  max_players: number = 2;

  @ApiPropertyOptional({
    description:
      'Only those with equal criteria meet; the order of keys does not matter. At most 2048 characters of JSON.',
    type: 'object',
    additionalProperties: true,
    example: { game: 'chess', ranked: true },
  })
  @IfPresent()
  @IsObject()
  criteria?: Fields;
}

/** `join_room` */
export class LobbyJoinRoomCommand extends RoomCommand {}

/** `leave_room` */
export class LobbyLeaveRoomCommand extends RoomCommand {}

/** `game_move` */
export class LobbyGameMoveCommand extends RoomCommand {
  @SignalBody({
    description: 'The move, as clients agree on it.',
    takes: 'any JSON',
    example: { from: 'e2', to: 'e4' },
  })
  move!: RawJson;
}

/** `room_data` */
export class LobbyRoomDataCommand extends RoomCommand {
  @ApiProperty({
    description: 'Fields that replace those of the room’s `data`; `null` takes one away.',
    type: 'object',
    additionalProperties: true,
    example: { map: 'desert' },
  })
  @IsObject()
  patch!: Fields;
}

/** `finish_game` */
export class LobbyFinishGameCommand extends RoomCommand {
  @IfPresent()
  @SignalBody({ description: 'How it ended, as clients agree on it.', takes: 'any JSON', example: { winner: PLAYER } })
  result?: RawJson;
}

abstract class LobbySignalCommand extends RoomCommand {
  @ApiPropertyOptional({
    description: 'The player that it is for; without it, all others of the room.',
    type: String,
    nullable: true,
    maxLength: 128,
    example: PLAYER,
  })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  target_id?: string | null;
}

/** `webrtc_offer` */
export class LobbyOfferCommand extends LobbySignalCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'offer', sdp: 'v=0…' } })
  offer!: RawJson;
}

/** `webrtc_answer` */
export class LobbyAnswerCommand extends LobbySignalCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'answer', sdp: 'v=0…' } })
  answer!: RawJson;
}

/** `ice_candidate` */
export class LobbyCandidateCommand extends LobbySignalCommand {
  @SignalBody({
    description: 'The candidate; `null`: there are no more.',
    takes: 'object or null',
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0 },
  })
  candidate!: RawJson;
}

abstract class ChatCommand {
  @ApiPropertyOptional({
    description: 'The room whose chat it is; without it `chat_room`, which is open to all of the namespace.',
    maxLength: 128,
    default: 'chat_room',
    example: 'chat_room',
  })
  @IfPresent()
  @IsRoomId('or the chat of the namespace')
  room_id?: string;
}

/** `join_chat` */
export class LobbyJoinChatCommand extends ChatCommand {}

/** `send_message` */
export class LobbySendChatCommand extends ChatCommand {
  @ApiProperty({ description: 'What is said, stored trimmed.', minLength: 1, maxLength: 4000, example: 'Good game!' })
  @IsText({ max: 4000 })
  text!: string;
}
