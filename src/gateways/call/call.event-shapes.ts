import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { FieldProblemDto } from '../../infra/http/problem.dto.js';
import { SocketEvent } from '../../realtime/wire-docs.js';
import { CALL_ERROR_CODES } from './call.failures.js';

const SOCKET = 'Zb3xKq9mT1cVAAAB';
const USER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
const TIME = '2026-11-20T13:52:54.123Z';

export class CallRoomParticipant {
  @ApiProperty({ description: 'Its id in the room: that of its socket.', example: SOCKET })
  socketId!: string;

  @ApiProperty({ description: 'Whose it is.', format: 'uuid', example: USER })
  userId!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;

  @ApiProperty({
    description:
      'Grows with each join: in a pair the higher one makes the first offer and is the polite one of perfect negotiation.',
    type: 'integer',
    example: 2,
  })
  order!: number;
}

/** What the maker of a room gave is beside these, by names of its own. */
const METADATA: ApiPropertyOptions = {
  description: 'What the room is described by, with what its maker gave beside that.',
  type: 'object',
  additionalProperties: true,
  properties: {
    callType: { description: 'What kind of call it is.', type: 'string', example: 'video' },
    createdAt: { description: 'When the room was made.', type: 'string', format: 'date-time', example: TIME },
    createdBy: { description: 'The id of the user who made the room.', type: 'string', format: 'uuid', example: USER },
  },
  required: ['callType', 'createdAt', 'createdBy'],
};

export interface CallMetadata {
  [custom: string]: Json;
  callType: string;
  createdAt: string;
  createdBy: string;
}

abstract class InCall {
  @ApiProperty({ description: 'The call room.', example: 'standup' })
  callRoomId!: string;
}

@SocketEvent(
  'webrtc:room-joined',
  'To who has joined; again when the same room is joined again, and when halves of a room were joined after Redis was away: then orders may be others.',
)
export class CallRoomJoinedEvent extends InCall {
  @ApiProperty({ description: 'Who is in the room, oneself too.', type: 'integer', example: 2 })
  participantCount!: number;

  @ApiProperty({ description: 'Those who are there already, by order; not oneself.', type: [CallRoomParticipant] })
  existingParticipants!: CallRoomParticipant[];

  @ApiProperty({ description: 'One’s own order.', type: 'integer', example: 2 })
  order!: number;

  @ApiProperty(METADATA)
  metadata!: CallMetadata;
}

@SocketEvent('webrtc:room-left', 'To who has left, also by joining another room or because it was sent away.')
export class CallRoomLeftEvent extends InCall {}

abstract class ParticipantEvent extends InCall {
  @ApiProperty({ description: 'Who.' })
  participant!: CallRoomParticipant;

  @ApiProperty({ description: 'Who is in the room now.', type: 'integer', example: 2 })
  participantCount!: number;
}

@SocketEvent('webrtc:participant-joined', 'To the others, for each who joins.')
export class CallParticipantJoinedEvent extends ParticipantEvent {}

@SocketEvent('webrtc:participant-left', 'To the others, once for each who has left, however it ended.')
export class CallParticipantLeftEvent extends ParticipantEvent {}

abstract class CallSignalEvent extends InCall {
  @ApiProperty({ description: 'The participant that it comes from.', example: SOCKET })
  fromSocketId!: string;

  @ApiProperty({ description: 'Its user.', format: 'uuid', example: USER })
  fromUserId!: string;
}

abstract class MediaSignalEvent extends CallSignalEvent {
  @ApiPropertyOptional({ description: 'As it was sent.', type: String, nullable: true })
  sdpMid?: string | null;

  @ApiPropertyOptional({ description: 'As it was sent.', type: 'integer', nullable: true })
  sdpMLineIndex?: number | null;
}

@SocketEvent('webrtc:offer', 'To the target of an offer.')
export class CallOfferEvent extends MediaSignalEvent {
  @ApiProperty({ description: 'As it was sent.', type: 'object', additionalProperties: true })
  offer!: object;
}

@SocketEvent('webrtc:answer', 'To the target of an answer.')
export class CallAnswerEvent extends CallSignalEvent {
  @ApiProperty({ description: 'As it was sent.', type: 'object', additionalProperties: true })
  answer!: object;
}

@SocketEvent('webrtc:ice-candidate', 'To the target of a candidate, or to all others in the room.')
export class CallIceCandidateEvent extends MediaSignalEvent {
  @ApiProperty({
    description: 'As it was sent; `null`: there are no more.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
  })
  candidate!: object | null;
}

@SocketEvent('webrtc:signaling-error', 'To who has sent what was refused; the acknowledgement says the same.')
export class CallSignalingErrorEvent {
  @ApiProperty({ description: 'For people.', example: 'The target of the signal is not here.' })
  error!: string;

  @ApiProperty({
    description: `What it was: ${CALL_ERROR_CODES.join(', ')}; or a code that all gateways have, such as forbidden, room_locked, unavailable, internal.`,
    example: 'participant_not_found',
  })
  code!: string;

  @ApiPropertyOptional({ description: 'The fields that are wrong.', type: [FieldProblemDto] })
  details?: FieldProblemDto[];

  @ApiProperty({ description: 'When.', format: 'date-time', example: TIME })
  timestamp!: string;
}
