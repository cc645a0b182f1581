import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AttachmentDto } from '../../attachments/dto/attachment.dto.js';
import type { Json } from '../../cluster/cluster.js';
import type { UserId } from '../../common/ids.js';
import type { CallOutcome, MessageState } from '../message.js';

/** What the log says of a call that has ended. */
class CallEntryDto {
  @ApiProperty({ description: 'The call.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f65' })
  call_id!: string;

  @ApiProperty({
    description:
      'How it ended: after an answer, declined by the callee, cancelled by the caller, or with no answer in 45 s.',
    enum: ['ended', 'declined', 'cancelled', 'missed'],
    example: 'ended',
  })
  outcome!: CallOutcome;

  @ApiProperty({
    description: 'As the caller gave it.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { audio: true, video: false },
  })
  media!: Json;

  @ApiProperty({ description: 'When it began to ring.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  started_at!: string;

  @ApiProperty({
    description: 'When it was accepted; null where nobody did.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-20T13:53:01.456Z',
  })
  accepted_at!: string | null;

  @ApiProperty({ description: 'When it ended.', format: 'date-time', example: '2026-11-20T13:57:21.789Z' })
  ended_at!: string;

  @ApiProperty({
    description: 'From the acceptance to the end, in whole seconds; 0 where nobody accepted.',
    type: 'integer',
    example: 260,
  })
  duration_s!: number;
}

/** How many users have reacted with an emoji. */
class ReactionCountDto {
  @ApiProperty({ description: 'The emoji.', example: '👍' })
  emoji!: string;

  @ApiProperty({ description: 'By how many users.', type: 'integer', example: 2 })
  count!: number;
}

/** What messages of channels and of direct conversations have in common, on REST and sockets (protocol section 2). */
class MessageBaseDto {
  @ApiProperty({ description: 'UUID v7.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' })
  id!: string;

  @ApiProperty({ description: 'Its number in the conversation, as it was made.', type: 'integer', example: 41 })
  seq!: number;

  @ApiProperty({
    description: 'The number of its latest change; `seq` until it is changed.',
    type: 'integer',
    example: 41,
  })
  rev!: number;

  @ApiProperty({
    description:
      'A message, or the entry of a call: its `content` is empty, its sender is the caller, and `call` says the rest.',
    enum: ['message', 'call'],
    example: 'message',
  })
  kind!: 'message' | 'call';

  @ApiProperty({ description: 'Who sent it.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  sender_id!: string;

  @ApiProperty({ description: 'The sender’s name.', example: 'alice' })
  sender_username!: string;

  @ApiProperty({ description: 'The text; empty when it was deleted.', example: 'Shall we start, @bob?' })
  content!: string;

  @ApiProperty({ description: 'The sender’s nonce, if it gave one.', type: String, nullable: true, example: null })
  nonce!: string | null;

  @ApiProperty({
    description: 'The message that it answers.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
  })
  reply_to_id!: string | null;

  @ApiProperty({ description: 'The ids of the members that it mentions.', type: [String], example: [] })
  mentions!: string[];

  @ApiProperty({ description: 'Files, as they were sent.', type: [AttachmentDto], example: [] })
  attachments!: readonly AttachmentDto[];

  @ApiProperty({
    description: 'Reactions, in the order in which their emoji came first.',
    type: [ReactionCountDto],
    example: [],
  })
  reactions!: readonly ReactionCountDto[];

  @ApiProperty({ description: 'Whether it is pinned.', example: false })
  pinned!: boolean;

  @ApiPropertyOptional({ description: 'With `kind: call`, unless it was deleted.', type: CallEntryDto })
  call?: CallEntryDto;

  @ApiProperty({ description: 'When it was sent.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  created_at!: string;

  @ApiProperty({
    description: 'When its text was changed last.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
  })
  edited_at!: string | null;

  @ApiProperty({
    description: 'When it was deleted.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
  })
  deleted_at!: string | null;
}

/** A message of a channel. */
export class ChannelMessageDto extends MessageBaseDto {
  @ApiProperty({ description: 'The channel.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62' })
  channel_id!: string;
}

/** A message of a direct conversation. */
export class DmMessageDto extends MessageBaseDto {
  @ApiProperty({ description: 'The conversation.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62' })
  conversation_id!: string;

  @ApiProperty({
    description: 'The side that did not send it.',
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f63',
  })
  recipient_id!: string;
}

/** A plain object with the fields of a wire shape. */
type Fields<Dto> = Pick<Dto, keyof Dto>;

export function toChannelMessage(message: MessageState): Fields<ChannelMessageDto> {
  return { id: message.id, channel_id: message.conversationId, ...common(message) };
}

/** `sides`: the two users of the conversation. */
export function toDmMessage(message: MessageState, sides: readonly UserId[]): Fields<DmMessageDto> {
  const recipient = sides.find((side) => side !== message.senderId) ?? message.senderId;
  return { id: message.id, conversation_id: message.conversationId, recipient_id: recipient, ...common(message) };
}

function common(message: MessageState): Omit<MessageBaseDto, 'id'> {
  return {
    seq: message.seq,
    rev: message.rev,
    kind: message.kind,
    sender_id: message.senderId,
    sender_username: message.senderUsername,
    content: message.content,
    nonce: message.nonce,
    reply_to_id: message.replyToId,
    mentions: message.mentions,
    attachments: message.attachments,
    reactions: message.reactions,
    pinned: message.pinned,
    ...(message.call && { call: message.call }),
    created_at: message.createdAt,
    edited_at: message.editedAt,
    deleted_at: message.deletedAt,
  };
}
