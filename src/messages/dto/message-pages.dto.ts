import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { QueryInteger } from '../../infra/http/query-integer.js';
import { MOST_CHANGES, MOST_MESSAGES } from '../persistence/log-statements.js';
import { ChannelMessageDto, DmMessageDto } from './message.dto.js';

const LARGEST_SEQ = Number.MAX_SAFE_INTEGER;

/** Which messages of a conversation: the latest, those before a number, or those after one. */
export class MessagesQuery {
  @ApiPropertyOptional({
    description: 'How many messages at most.',
    type: 'integer',
    minimum: 1,
    maximum: MOST_MESSAGES,
    default: 50,
    example: 50,
  })
  @IsOptional()
  @QueryInteger({ min: 1, max: MOST_MESSAGES })
  limit = 50;

  @ApiPropertyOptional({
    description: 'Only messages with a lower `seq`: the latest of them.',
    type: 'integer',
    minimum: 0,
    example: 41,
  })
  @IsOptional()
  @QueryInteger({ min: 0, max: LARGEST_SEQ })
  before_seq?: number;

  @ApiPropertyOptional({
    description: 'Only messages with a higher `seq`: the earliest of them.',
    type: 'integer',
    minimum: 0,
    example: 12,
  })
  @IsOptional()
  @QueryInteger({ min: 0, max: LARGEST_SEQ })
  after_seq?: number;
}

/** Which changes of a conversation’s log. */
export class ChangesQuery {
  @ApiPropertyOptional({
    description: 'The number of the last change that the client has.',
    type: 'integer',
    minimum: 0,
    default: 0,
    example: 41,
  })
  @IsOptional()
  @QueryInteger({ min: 0, max: LARGEST_SEQ })
  since = 0;

  @ApiPropertyOptional({
    description: 'How many messages at most.',
    type: 'integer',
    minimum: 1,
    maximum: MOST_CHANGES,
    default: 100,
    example: 100,
  })
  @IsOptional()
  @QueryInteger({ min: 1, max: MOST_CHANGES })
  limit = 100;

  @ApiPropertyOptional({
    description: 'The epoch that `since` belongs to: another one is a conflict, and the client loads anew.',
    type: String,
    maxLength: 128,
  })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  epoch?: string;
}

const NEXT =
  'The `before_seq` of the page before this one, or the `after_seq` of the next where `after_seq` was given; null: that was all.';

class MessagesPageDto {
  @ApiProperty({ description: NEXT, type: String, nullable: true, example: '12' })
  next_cursor!: string | null;
}

export class ChannelMessagesPageDto extends MessagesPageDto {
  @ApiProperty({ description: 'Oldest first.', type: [ChannelMessageDto] })
  items!: ChannelMessageDto[];
}

export class DmMessagesPageDto extends MessagesPageDto {
  @ApiProperty({ description: 'Oldest first.', type: [DmMessageDto] })
  items!: DmMessageDto[];
}

class ChangesPageDto {
  @ApiProperty({ description: 'The log’s head: the number of its latest change.', type: 'integer', example: 44 })
  last_seq!: number;

  @ApiProperty({
    description: 'Names this history of the database: it differs after a restore.',
    example: '9b0f7c1e5d2a4f3b8c6d7e0f1a2b3c4d',
  })
  epoch!: string;

  @ApiProperty({
    description: 'Whether there are more: ask again with the last item’s `rev` as `since`.',
    example: false,
  })
  has_more!: boolean;
}

export class ChannelChangesDto extends ChangesPageDto {
  @ApiProperty({ description: 'The present state of every changed message, by `rev`.', type: [ChannelMessageDto] })
  items!: ChannelMessageDto[];
}

export class DmChangesDto extends ChangesPageDto {
  @ApiProperty({ description: 'The present state of every changed message, by `rev`.', type: [DmMessageDto] })
  items!: DmMessageDto[];
}
