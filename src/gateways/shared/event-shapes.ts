import { ANY_JSON } from '../../infra/http/api-docs.js';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { AckEvent } from '../../realtime/core-messages.js';
import { WsEvent } from '../../realtime/wire-docs.js';

export const CONVERSATION = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62';
export const USER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
export const OTHER_USER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f63';
export const CONNECTION = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f64';
export const MESSAGE = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';
export const CALL = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f65';

/** The `ack` of a change of a log: it comes after the event itself (protocol section 1). */
@WsEvent('The change is stored. Comes after the event itself, and only where a `ref` was given.')
export class ChangeAckEvent extends AckEvent {
  @ApiProperty({
    description: 'The message that was made or changed.',
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60',
  })
  id!: string;

  @ApiProperty({ description: 'The number that the message got when it was made.', type: 'integer', example: 41 })
  seq!: number;

  @ApiProperty({ description: 'The number of its latest change.', type: 'integer', example: 41 })
  rev!: number;

  @ApiPropertyOptional({
    description: 'True: the `nonce` was known, and this is the first message again.',
    type: Boolean,
  })
  duplicate?: boolean;
}

/** What is left to say of a message that was deleted. */
export abstract class DeletedFields {
  @ApiProperty({ description: 'The message.', format: 'uuid', example: MESSAGE })
  id!: string;

  @ApiProperty({ description: 'Its number in the conversation, which it keeps.', type: 'integer', example: 41 })
  seq!: number;

  @ApiProperty({ description: 'The number of this change.', type: 'integer', example: 44 })
  rev!: number;

  @ApiProperty({
    description: 'Who deleted it: its sender, or in a channel a moderator.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: USER,
  })
  deleted_by!: string | null;

  @ApiProperty({ description: 'When.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  deleted_at!: string;
}

/** One user's reaction to a message. */
export abstract class ReactionFields {
  @ApiProperty({ description: 'The message.', format: 'uuid', example: MESSAGE })
  message_id!: string;

  @ApiProperty({ description: 'The emoji.', example: '👍' })
  emoji!: string;

  @ApiProperty({ description: 'Whose reaction it is.', format: 'uuid', example: OTHER_USER })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'bob' })
  username!: string;

  @ApiProperty({ description: 'By how many users the message has this emoji now.', type: 'integer', example: 2 })
  count!: number;

  @ApiProperty({ description: 'The number of this change.', type: 'integer', example: 44 })
  rev!: number;
}

/** What every `connected` says. */
export abstract class ConnectedBase {
  @ApiProperty({ description: 'This connection.', format: 'uuid', example: CONNECTION })
  connection_id!: string;

  @ApiProperty({ description: 'Oneself.', format: 'uuid', example: USER })
  user_id!: string;

  @ApiProperty({ description: 'One’s own name.', example: 'alice' })
  username!: string;

  @ApiProperty({
    description: 'How often the server pings; one who stays silent for two intervals is cut.',
    type: 'integer',
    example: 25000,
  })
  heartbeat_interval_ms!: number;

  @ApiProperty({ description: 'The server’s time.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  server_time!: string;
}

/** What `connected` says of a conversation, whichever it is. */
export abstract class ConnectedFields extends ConnectedBase {
  @ApiProperty({ description: 'The log’s head: the number of its latest change.', type: 'integer', example: 41 })
  last_seq!: number;

  @ApiProperty({
    description: 'Names this history of the database; it differs after a restore. Give it with `since` to resume.',
    example: '9b0f7c1e5d2a4f3b8c6d7e0f1a2b3c4d',
  })
  epoch!: string;
}

export abstract class ResumedFields {
  @ApiProperty({ description: 'The `since` that was asked for.', type: 'integer', example: 38 })
  from_seq!: number;

  @ApiProperty({ description: 'The log’s head, up to which all has been replayed.', type: 'integer', example: 41 })
  last_seq!: number;

  @ApiProperty({
    description:
      'False: nothing was replayed, because more than 1000 changes were missed, `since` is ahead of the log, or the epoch is another: load anew.',
    example: true,
  })
  complete!: boolean;
}

export abstract class UserFields {
  @ApiProperty({ description: 'Who.', format: 'uuid', example: OTHER_USER })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'bob' })
  username!: string;
}

/** What a relayed signal says of its sender, from the connection and never from the payload. */
export abstract class SignalFields {
  @ApiProperty({ description: 'Who sent it.', format: 'uuid', example: OTHER_USER })
  from_user_id!: string;

  @ApiProperty({ description: 'The sender’s name.', example: 'bob' })
  from_username!: string;

  @ApiProperty({
    description: 'The connection that it came from: answer to this one.',
    format: 'uuid',
    example: CONNECTION,
  })
  from_connection_id!: string;

  @ApiProperty({
    description: 'As the sender gave it.',
    ...ANY_JSON,
    example: { sdp: 'v=0…' },
  })
  data!: Json;
}
