import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ErrorCode } from '../common/domain-error.js';
import { FieldProblemDto } from '../infra/http/problem.dto.js';
import { AUTH_ERROR_CODE_MEANINGS, ERROR_CODE_MEANINGS } from './error-code-meanings.js';
import { WsEvent } from './wire-docs.js';

const USER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
const TIME = '2026-11-20T13:52:54.123Z';

/** `auth_token`: the first message without a credential at the upgrade; later, a fresh token of the same session. */
class AuthTokenCommand {
  @ApiProperty({ description: 'The access token of `POST /api/auth/login`.', example: 'eyJhbGciOiJIUzI1NiJ9.e30.…' })
  token!: string;

  @ApiPropertyOptional({
    description: 'Names this client; without it the server makes a UUID. It counts at the first authentication.',
    type: String,
    pattern: '^[A-Za-z0-9_.:-]{1,64}$',
    nullable: true,
  })
  clientId?: string | null;
}

/** `join` without a credential, as the first message, on a gateway that takes guests. A gateway's own `join` may carry these too. */
class GuestJoinCommand {
  @ApiPropertyOptional({
    description: 'What others call the guest, with ` (guest)` added; without it, `Guest` and a few digits.',
    type: String,
    minLength: 1,
    maxLength: 32,
    nullable: true,
    example: 'Ada',
  })
  username?: string | null;

  @ApiPropertyOptional({
    description: 'Names this client; without it the server makes a UUID.',
    type: String,
    pattern: '^[A-Za-z0-9_.:-]{1,64}$',
    nullable: true,
  })
  clientId?: string | null;
}

/** What answers one message, and carries its `ref`. */
export abstract class AnswerEvent {
  @ApiPropertyOptional({ description: 'The `ref` of the message that this answers.', type: String, maxLength: 64 })
  ref?: string;
}

@WsEvent('The message was handled. Only for a message with a `ref` that has no typed reply.')
export class AckEvent {
  readonly type = 'ack' as const;

  @ApiProperty({ description: 'The `ref` of the message that this answers.', maxLength: 64, example: 'r1' })
  ref!: string;
}

@WsEvent('The message was refused; the connection stays.')
export class ErrorEvent extends AnswerEvent {
  readonly type = 'error' as const;

  @ApiProperty({
    description: 'What to act on: see the table of error codes.',
    enum: Object.keys(ERROR_CODE_MEANINGS),
    example: 'validation_failed',
  })
  code!: ErrorCode;

  @ApiProperty({ description: 'For people.', example: 'Some fields are not valid.' })
  message!: string;

  @ApiPropertyOptional({
    description: 'With `validation_failed` and `target_not_found`: the fields, and what is wrong with each.',
    type: [FieldProblemDto],
    example: [{ field: 'content', problems: ['content must be a string'] }],
  })
  details?: FieldProblemDto[];

  @ApiPropertyOptional({
    description: 'With `rate_limited` and `unavailable`: how long to wait before the same may succeed.',
    type: 'integer',
  })
  retry_after_ms?: number;

  @ApiPropertyOptional({ description: 'With `internal`: what our log calls it.', format: 'uuid' })
  error_id?: string;
}

@WsEvent('Answers `ping`.')
export class PongEvent extends AnswerEvent {
  readonly type = 'pong' as const;

  @ApiProperty({ description: 'The server’s time.', format: 'date-time', example: TIME })
  server_time!: string;
}

@WsEvent('The first frame where no credential came with the upgrade: send `auth_token`.')
export class AuthRequiredEvent {
  readonly type = 'auth_required' as const;

  @ApiProperty({ description: 'After this long the connection closes with 4408.', type: 'integer', example: 10000 })
  timeout_ms!: number;
}

@WsEvent('Answers an `auth_token` that was accepted.')
export class AuthSuccessEvent extends AnswerEvent {
  readonly type = 'auth_success' as const;

  @ApiProperty({ description: 'The name of the user.', example: 'alice' })
  user!: string;

  @ApiProperty({ description: 'The id of the user.', format: 'uuid', example: USER })
  user_id!: string;

  @ApiProperty({ description: 'What the client called itself, else a UUID.', example: 'laptop-1' })
  client_id!: string;

  @ApiProperty({ description: 'When the token expires.', format: 'date-time', example: TIME })
  expires_at!: string;

  @ApiPropertyOptional({ description: 'True for a guest.', type: Boolean })
  guest?: true;

  @ApiPropertyOptional({
    description: 'To who has become a guest by `join`: the token to come back with as the same guest.',
    type: String,
  })
  token?: string;
}

@WsEvent('The credential was refused; the connection closes with 4401.')
export class AuthErrorEvent extends AnswerEvent {
  readonly type = 'auth_error' as const;

  @ApiProperty({
    description: 'What to act on.',
    enum: Object.keys(AUTH_ERROR_CODE_MEANINGS),
    example: 'expired_token',
  })
  code!: keyof typeof AUTH_ERROR_CODE_MEANINGS;

  @ApiProperty({ description: 'For people.', example: 'The token has expired.' })
  message!: string;
}

@WsEvent(
  '60 s before the token expires, where the server closes with it (`WS_CLOSE_ON_TOKEN_EXPIRY`): send `auth_token`.',
)
export class TokenExpiringEvent {
  readonly type = 'token_expiring' as const;

  @ApiProperty({ description: 'Then the connection closes with 4401.', format: 'date-time', example: TIME })
  expires_at!: string;
}

@WsEvent('A planned stop: the connection closes with 1012.')
export class GoingAwayEvent {
  readonly type = 'going_away' as const;

  @ApiProperty({
    description: 'When to come back; spread out, so that clients do not all come at once.',
    type: 'integer',
    example: 1834,
  })
  retry_after_ms!: number;
}

/** What every raw gateway sends and takes (protocol sections 1 and 1.1). */
export const CORE_EVENTS = [
  AuthRequiredEvent,
  AuthSuccessEvent,
  AuthErrorEvent,
  AckEvent,
  ErrorEvent,
  PongEvent,
  TokenExpiringEvent,
  GoingAwayEvent,
];

/** On gateways that take guests, and have no `join` of their own. */
export const GUEST_JOIN = {
  type: 'join',
  commandClass: GuestJoinCommand,
  docs: {
    summary:
      'In place of `auth_token`, where the server takes guests (`GUESTS_ENABLED`): enters as a guest. The answer has the token to come back with as the same one.',
    reply: AuthSuccessEvent,
  },
};

export const CORE_COMMANDS = [
  {
    type: 'auth_token',
    commandClass: AuthTokenCommand,
    docs: { summary: 'Authenticates in band, or renews the token.', reply: AuthSuccessEvent },
  },
  {
    type: 'ping',
    commandClass: undefined,
    docs: { summary: 'Asks for a sign of life; also before authentication.', reply: PongEvent },
  },
];
