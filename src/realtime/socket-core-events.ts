import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { FieldProblemDto } from '../infra/http/problem.dto.js';
import { ERROR_CODE_MEANINGS } from './error-code-meanings.js';
import { SocketEvent } from './wire-docs.js';

/** What every Socket.IO gateway sends beside its own events: for the reference alone. */

@SocketEvent(
  'session_ended',
  'The session of the connection’s token has ended: what close code 4401 is on raw WebSocket. The server disconnects.',
)
class SessionEndedEvent {
  @ApiProperty({
    description: 'Why.',
    enum: ['invalid_token', 'expired_token'],
    example: 'invalid_token',
  })
  code!: string;
}

@SocketEvent('going_away', 'The server stops by plan, as with close code 1012, and disconnects.')
class SocketGoingAwayEvent {
  @ApiProperty({
    description: 'Reconnect after so many milliseconds; each client is given another time.',
    type: 'integer',
    example: 2130,
  })
  retry_after_ms!: number;
}

@SocketEvent(
  'auth_success',
  'To who came without any credential and is a guest now (`GUESTS_ENABLED`), first of all. The name that it wishes comes as `auth: { username }`.',
)
export class GuestWelcomeEvent {
  @ApiProperty({ description: 'What others call the guest.', type: String, example: 'Ada (guest)' })
  user!: string;

  @ApiProperty({
    description: 'The id of the guest.',
    type: String,
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61',
  })
  user_id!: string;

  @ApiProperty({
    description: 'When the token expires.',
    type: String,
    format: 'date-time',
    example: '2026-11-20T13:52:54.123Z',
  })
  expires_at!: string;

  @ApiProperty({ description: 'Always.', enum: [true], example: true })
  guest!: true;

  @ApiProperty({
    description: 'To come back with as the same guest: `auth: { token }`.',
    type: String,
    example: 'eyJhbGciOiJIUzI1NiIs…',
  })
  token!: string;
}

/** The acknowledgement of an event that was refused. */
export class SocketFailureAck {
  @ApiProperty({ description: 'It was not done.', enum: [false], example: false })
  success!: false;

  @ApiProperty({ description: 'For people.', type: String, example: 'Some fields are not valid.' })
  message!: string;

  @ApiProperty({ description: '`message` again.', type: String, example: 'Some fields are not valid.' })
  error!: string;

  @ApiProperty({
    description: `What it was, for programs: ${Object.keys(ERROR_CODE_MEANINGS).join(', ')}, or one of the gateway’s own.`,
    type: String,
    example: 'validation_failed',
  })
  code!: string;

  @ApiPropertyOptional({ description: 'The fields that are wrong.', type: [FieldProblemDto] })
  details?: FieldProblemDto[];

  @ApiPropertyOptional({ description: 'When to try again, in milliseconds.', type: 'integer' })
  retry_after_ms?: number;

  @ApiPropertyOptional({ description: 'With `internal`: what our log calls it.', type: String })
  error_id?: string;
}

export const SOCKET_CORE_EVENTS = [SessionEndedEvent, SocketGoingAwayEvent] as const;
