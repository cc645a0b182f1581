import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { QueryInteger } from '../../infra/http/query-integer.js';
import { CONTENT_MAX_LENGTH } from './send-message.dto.js';
import { IsText } from '../../common/text.js';
import type { PastContent, Reactor } from '../message.js';

/** What a message is to say from now on. */
export class EditMessageDto {
  @ApiProperty({
    description: 'The text: 1 to 4000 Unicode code points once trimmed, or empty where the message has attachments.',
    maxLength: CONTENT_MAX_LENGTH,
    example: 'Shall we start, @bob?',
  })
  @IsText({ min: 0, max: CONTENT_MAX_LENGTH })
  content!: string;
}

/** Which of the answers to a message. */
export class RepliesQuery {
  @ApiPropertyOptional({
    description: 'How many messages at most.',
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 50,
    example: 50,
  })
  @IsOptional()
  @QueryInteger({ min: 1, max: 100 })
  limit = 50;

  @ApiPropertyOptional({
    description: 'Only messages with a higher `seq`: the `next_cursor` of the page before.',
    type: 'integer',
    minimum: 0,
    default: 0,
    example: 12,
  })
  @IsOptional()
  @QueryInteger({ min: 0, max: Number.MAX_SAFE_INTEGER })
  after_seq = 0;
}

/** What a message said before it was edited. */
export class PastContentDto {
  @ApiProperty({ description: 'What it said.', example: 'Shall we strat?' })
  content!: string;

  @ApiProperty({ description: 'The number of the change that had left it so.', type: 'integer', example: 41 })
  rev!: number;

  @ApiProperty({ description: 'When it was edited.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  replaced_at!: string;
}

/** Somebody who has reacted. */
export class ReactorDto {
  @ApiProperty({ description: 'Who.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'bob' })
  username!: string;

  @ApiProperty({ description: 'When.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  created_at!: string;
}

export function toPastContentDto({ content, rev, replacedAt }: PastContent): PastContentDto {
  return { content, rev, replaced_at: replacedAt.toISOString() };
}

export function toReactorDto({ userId, username, createdAt }: Reactor): ReactorDto {
  return { user_id: userId, username, created_at: createdAt.toISOString() };
}
