import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_ACTIONS } from '../audit-entry.js';
import type { AuditAction, AuditDetails, AuditEntryView } from '../audit-entry.js';

/** Who did what to whom. */
export class AuditEntryDto {
  @ApiProperty({ description: 'The entry’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f70' })
  id!: string;

  @ApiProperty({ description: 'Who did it.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  actor_id!: string;

  @ApiProperty({ description: 'Their name as it is now.', example: 'alice' })
  actor_username!: string;

  @ApiProperty({ description: 'What they did.', enum: AUDIT_ACTIONS, example: 'user_banned' })
  action!: AuditAction;

  @ApiProperty({
    description: 'The user that it was done to, if any.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f63',
  })
  target_user_id!: string | null;

  @ApiProperty({ description: 'That user’s name as it is now.', type: String, nullable: true, example: 'mallory' })
  target_username!: string | null;

  @ApiProperty({
    description: 'The channel or message that it was done to, if any; it may be gone.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
  })
  target_id!: string | null;

  @ApiProperty({
    description: 'What there is to say besides: a reason, the roles before and after, the new name.',
    type: Object,
    additionalProperties: true,
    example: { reason: 'Spam.' },
  })
  details!: AuditDetails;

  @ApiProperty({ description: 'When.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;
}

export function toAuditEntryDto(entry: AuditEntryView): AuditEntryDto {
  return {
    id: entry.id,
    actor_id: entry.actorId,
    actor_username: entry.actorUsername,
    action: entry.action,
    target_user_id: entry.targetUserId,
    target_username: entry.targetUsername,
    target_id: entry.targetId,
    details: entry.details,
    created_at: entry.createdAt.toISOString(),
  };
}
