import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import type { ReadPosition, UnreadView } from '../unread.js';

/** How far the caller has read, over REST and over a socket alike. */
export class ReadDto {
  @ApiProperty({
    description:
      'The number of the last message that was read. A lower one than before marks unread; one above the log’s head is the head.',
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 41,
  })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  seq!: number;
}

export class ReadPositionDto {
  @ApiProperty({ description: 'The number up to which the caller has read now.', type: 'integer', example: 41 })
  last_read_seq!: number;

  @ApiProperty({ description: 'Messages after it that mention the caller.', type: 'integer', example: 0 })
  mention_count!: number;
}

/** What the caller has not read of one conversation. */
export class UnreadDto extends ReadPositionDto {
  @ApiProperty({ description: 'The log.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62' })
  conversation_id!: string;

  @ApiProperty({ description: 'What it is.', enum: ['channel', 'dm'], example: 'channel' })
  kind!: 'channel' | 'dm';

  @ApiProperty({
    description: 'The channel, which has the conversation’s id; null: it is a DM.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62',
  })
  channel_id!: string | null;

  @ApiProperty({
    description: 'The other side of a DM; null: it is a channel.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
  })
  user_id!: string | null;

  @ApiProperty({ description: 'The number of the log’s latest change.', type: 'integer', example: 44 })
  last_seq!: number;

  @ApiProperty({
    description:
      'Messages of others after `last_read_seq`: not edits, not deleted ones, and not those from before the caller came to the group. Exact to 999.',
    type: 'integer',
    minimum: 0,
    maximum: 999,
    example: 3,
  })
  unread_count!: number;

  @ApiProperty({ description: 'Whether there are more than `unread_count`: show `999+`.', example: false })
  more!: boolean;
}

export function toReadPosition({ lastReadSeq, mentionCount }: ReadPosition): ReadPositionDto {
  return { last_read_seq: lastReadSeq, mention_count: mentionCount };
}

export function toUnreadDto(unread: UnreadView): UnreadDto {
  return {
    conversation_id: unread.conversationId,
    kind: unread.kind,
    channel_id: unread.kind === 'channel' ? unread.conversationId : null,
    user_id: unread.otherUserId,
    last_seq: unread.lastSeq,
    last_read_seq: unread.lastReadSeq,
    mention_count: unread.mentionCount,
    unread_count: unread.unreadCount,
    more: unread.more,
  };
}
