import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsObject, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { Json } from '../../cluster/cluster.js';
import type { RawJson } from '../../realtime/raw-json.js';
import { IsJsonWithin, SignalBody } from '../shared/commands.js';

const ROOM_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Ids of sockets are 20 characters. */
const SOCKET_ID_MAX_LENGTH = 64;
const METADATA_MAX_BYTES = 2048;

abstract class CallCommand {
  @ApiProperty({
    description: 'The call room: 1 to 128 of A-Z a-z 0-9 _ . : -',
    pattern: ROOM_ID.source,
    example: 'standup',
  })
  @IsString()
  @Matches(ROOM_ID, { message: 'callRoomId must be 1 to 128 of A-Z a-z 0-9 _ . : -' })
  callRoomId!: string;
}

/** `webrtc:join-room` */
export class CallJoinRoomCommand extends CallCommand {
  @ApiPropertyOptional({
    description: 'What kind of call the room is for; who makes the room decides.',
    type: String,
    maxLength: 32,
    default: 'video',
    nullable: true,
  })
  @IsOptional()
  @IsString()
  @MaxLength(32)
  callType?: string | null;

  @ApiPropertyOptional({
    description:
      'What the room is described by as long as it lives, at most 2 KiB; who makes the room decides. With `groupId`, the room admits the members of that group alone.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { topic: 'Planning' },
  })
  @IsOptional()
  @IsObject()
  @IsJsonWithin(METADATA_MAX_BYTES)
  metadata?: { [key: string]: Json } | null;
}

/** `webrtc:leave-room` */
export class CallLeaveRoomCommand extends CallCommand {}

abstract class CallTargetedCommand extends CallCommand {
  @ApiProperty({ description: 'The participant that it is for.', maxLength: SOCKET_ID_MAX_LENGTH, example: 'Zb3…AAAB' })
  @IsString()
  @MaxLength(SOCKET_ID_MAX_LENGTH)
  targetSocketId!: string;
}

/** `webrtc:offer` */
export class CallOfferCommand extends CallTargetedCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'offer', sdp: 'v=0…' } })
  offer!: RawJson;

  @ApiPropertyOptional({ description: 'Handed on as it is.', type: String, maxLength: 64, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  sdpMid?: string | null;

  @ApiPropertyOptional({ description: 'Handed on as it is.', type: 'integer', nullable: true })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65535)
  sdpMLineIndex?: number | null;
}

/** `webrtc:answer` */
export class CallAnswerCommand extends CallTargetedCommand {
  @SignalBody({ description: 'The session description.', example: { type: 'answer', sdp: 'v=0…' } })
  answer!: RawJson;
}

/** `webrtc:ice-candidate` */
export class CallIceCandidateCommand extends CallCommand {
  @ApiPropertyOptional({
    description: 'The participant that it is for; without it, all others in the room.',
    type: String,
    maxLength: SOCKET_ID_MAX_LENGTH,
    nullable: true,
    example: 'Zb3…AAAB',
  })
  @IsOptional()
  @IsString()
  @MaxLength(SOCKET_ID_MAX_LENGTH)
  targetSocketId?: string | null;

  @SignalBody({
    description: 'The candidate; `null`: there are no more.',
    takes: 'object or null',
    example: { candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0 },
  })
  candidate!: RawJson;

  @ApiPropertyOptional({ description: 'Handed on as it is.', type: String, maxLength: 64, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  sdpMid?: string | null;

  @ApiPropertyOptional({ description: 'Handed on as it is.', type: 'integer', nullable: true })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65535)
  sdpMLineIndex?: number | null;
}
