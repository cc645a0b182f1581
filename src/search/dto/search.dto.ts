import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { IsText } from '../../common/text.js';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { PageQuery } from '../../infra/http/page.js';
import { ChannelMessageDto, DmMessageDto } from '../../messages/dto/message.dto.js';
import { IsMoment } from './is-moment.js';

const QUERY_MAX_LENGTH = 256;
const FEATURES = ['attachment', 'image', 'link', 'mention', 'reaction', 'reply', 'pin'] as const;
export type Feature = (typeof FEATURES)[number];

const id = (description: string) =>
  ApiPropertyOptional({ description, type: String, format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' });
const moment = (description: string) =>
  ApiPropertyOptional({ description, type: String, format: 'date-time', example: '2026-11-20T13:52:54.123Z' });

/** What is searched for, and where. */
export class SearchQuery extends PageQuery {
  @ApiProperty({
    description:
      'Words that all must be in the message, whatever their case; `"in this order"`, `one or other`, `-not`. The last word may go on. 1 to 256 characters.',
    type: String,
    minLength: 1,
    maxLength: QUERY_MAX_LENGTH,
    example: 'release -draft plan',
  })
  @IsText({ max: QUERY_MAX_LENGTH })
  q!: string;

  @id('Only in the channels of this group.')
  @IsOptional()
  @IsUUID()
  group_id?: GroupId;

  @id('Only in this channel.')
  @IsOptional()
  @IsUUID()
  channel_id?: ConversationId;

  @id('Only messages of this user.')
  @IsOptional()
  @IsUUID()
  sender_id?: UserId;

  @moment('Only messages sent before this moment; a date alone is its midnight, UTC.')
  @IsOptional()
  @IsMoment()
  before?: string;

  @moment('Only messages sent at this moment or later.')
  @IsOptional()
  @IsMoment()
  after?: string;

  @ApiPropertyOptional({ description: 'Only messages that have this.', enum: FEATURES, example: 'link' })
  @IsOptional()
  @IsIn(FEATURES)
  has?: Feature;
}

class ExcerptPartDto {
  @ApiProperty({ description: 'A stretch of the message’s text, as it is: not HTML.', example: 'release' })
  text!: string;

  @ApiProperty({ description: 'Whether it is what was searched for.', example: true })
  match!: boolean;
}

/** A message that was found. */
@ApiExtraModels(ChannelMessageDto, DmMessageDto)
export class SearchHitDto {
  @ApiProperty({
    description: 'A channel’s message, or one of a direct conversation.',
    oneOf: [{ $ref: getSchemaPath(ChannelMessageDto) }, { $ref: getSchemaPath(DmMessageDto) }],
  })
  message!: ChannelMessageDto | DmMessageDto;

  @ApiProperty({
    description: 'What to show of it: its parts in their order, those marked that match.',
    type: [ExcerptPartDto],
  })
  excerpt!: ExcerptPartDto[];
}
