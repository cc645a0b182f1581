import { ApiProperty } from '@nestjs/swagger';
import type { InviteView } from '../group.js';

export class InviteDto {
  @ApiProperty({ description: 'Whoever has it may join: share it with care.', example: 'q3ZkQ0m1Yx7vB2sN' })
  code!: string;

  @ApiProperty({ description: 'The group’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' })
  group_id!: string;

  @ApiProperty({ description: 'Who made it.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  created_by!: string;

  @ApiProperty({
    description: 'From when on it is no longer valid; null: never.',
    type: String,
    nullable: true,
    format: 'date-time',
    example: '2030-01-08T12:00:00.000Z',
  })
  expires_at!: string | null;

  @ApiProperty({
    description: 'How many users may join by it; null: any number.',
    type: 'integer',
    nullable: true,
    example: 10,
  })
  max_uses!: number | null;

  @ApiProperty({ description: 'How many users have joined by it.', type: 'integer', example: 0 })
  uses!: number;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;
}

export function toInviteDto(invite: InviteView): InviteDto {
  return {
    code: invite.code,
    group_id: invite.groupId,
    created_by: invite.createdBy,
    expires_at: invite.expiresAt?.toISOString() ?? null,
    max_uses: invite.maxUses,
    uses: invite.uses,
    created_at: invite.createdAt.toISOString(),
  };
}
