import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IfPresent } from '../../common/if-present.js';
import { IsText } from '../../common/text.js';
import type { BanView } from '../group.js';

export class BanUserDto {
  @ApiPropertyOptional({
    description: 'For the group’s moderators and its audit log; the user is not told.',
    maxLength: 500,
    default: '',
    example: 'Spam.',
  })
  @IfPresent()
  @IsText({ min: 0, max: 500 })
  reason?: string;
}

export class BanDto {
  @ApiProperty({ description: 'The banned user.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f63' })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'mallory' })
  username!: string;

  @ApiProperty({ description: 'Who banned them.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  banned_by!: string;

  @ApiProperty({ description: 'Why; may be empty.', example: 'Spam.' })
  reason!: string;

  @ApiProperty({ description: 'Since when.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;
}

export function toBanDto(ban: BanView): BanDto {
  return {
    user_id: ban.userId,
    username: ban.username,
    banned_by: ban.bannedBy,
    reason: ban.reason,
    created_at: ban.createdAt.toISOString(),
  };
}
