import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { ANY_JSON } from '../../infra/http/api-docs.js';
import { WsEvent } from '../../realtime/wire-docs.js';

const NOTIFICATION_KINDS = [
  'dm',
  'mention',
  'reply',
  'incoming_call',
  'call_missed',
  'group_added',
  'group_removed',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

const ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62';
const Id = (description: string) => ApiPropertyOptional({ description, type: String, format: 'uuid', example: ID });

@WsEvent(
  'Something that concerns this user, whatever is subscribed to: to all of the user’s devices. A message in a direct conversation (`dm`), one that mentions the user or answers a message of the user’s; a call that rings or was missed; the user has come into a group, or is out of it.',
)
export class NotificationEvent {
  readonly type = 'notification' as const;

  @ApiProperty({ description: 'What it is about.', enum: NOTIFICATION_KINDS, example: 'mention' })
  kind!: NotificationKind;

  @Id('With `mention`, `reply`: the channel, unless it is in a direct conversation.')
  channel_id?: string;

  @Id('With `dm`, `incoming_call`, `call_missed`, and a `reply` there: the direct conversation.')
  conversation_id?: string;

  @Id('With `mention` and `reply` in a channel, `group_added`, `group_removed`: the group.')
  group_id?: string;

  @Id('With `dm`, `mention`, `reply`: the message.')
  message_id?: string;

  @ApiPropertyOptional({ description: 'Its number in the conversation.', type: 'integer', example: 41 })
  seq?: number;

  @Id('With `incoming_call`, `call_missed`: the call.')
  call_id?: string;

  @Id('Who wrote the message, or calls.')
  from_user_id?: string;

  @ApiPropertyOptional({ description: 'Their name.', type: String, example: 'bob' })
  from_username?: string;

  @ApiPropertyOptional({
    description: 'How the message begins: at most 140 code points of it.',
    type: String,
    example: 'Shall we start, @alice?',
  })
  preview?: string;

  @ApiPropertyOptional({
    description: 'With `incoming_call`: as the caller gave it.',
    ...ANY_JSON,
    example: { audio: true },
  })
  media?: Json;

  @ApiPropertyOptional({
    description: 'With `incoming_call`: it rings until then.',
    type: String,
    format: 'date-time',
    example: '2026-11-20T13:53:39.123Z',
  })
  expires_at?: string;
}
