import { ApiProperty } from '@nestjs/swagger';
import type { DmView } from '../../dms/dm.js';

/** A direct conversation, as its caller sees it. */
export class DmDto {
  @ApiProperty({ description: 'The conversation.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62' })
  conversation_id!: string;

  @ApiProperty({ description: 'The other side.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f63' })
  user_id!: string;

  @ApiProperty({ description: 'The other side’s name.', example: 'bob' })
  username!: string;

  @ApiProperty({ description: 'The number of its latest change.', type: 'integer', example: 41 })
  last_seq!: number;

  @ApiProperty({ description: 'When it was begun.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  created_at!: string;
}

export function toDmDto(dm: DmView): DmDto {
  return {
    conversation_id: dm.conversationId,
    user_id: dm.otherUserId,
    username: dm.otherUsername,
    last_seq: dm.lastSeq,
    created_at: dm.createdAt.toISOString(),
  };
}
