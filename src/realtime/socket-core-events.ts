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
