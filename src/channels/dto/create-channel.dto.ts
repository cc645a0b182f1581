import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { IfPresent } from '../../common/if-present.js';
import { IsText } from '../../common/text.js';
import { CHANNEL_TYPES } from '../channel-type.js';
import type { ChannelType } from '../channel-type.js';

export class CreateChannelDto {
  @ApiProperty({ description: 'Its name, stored trimmed.', minLength: 1, maxLength: 100, example: 'general' })
  @IsText({ max: 100 })
  name!: string;

  @ApiPropertyOptional({
    description: 'Calls are held in VOICE and VIDEO channels; it cannot be changed later.',
    enum: CHANNEL_TYPES,
    default: 'TEXT',
    example: 'TEXT',
  })
  @IfPresent()
  @IsIn(CHANNEL_TYPES)
  type?: ChannelType;

  @ApiPropertyOptional({ description: 'What it is about.', maxLength: 1000, default: '', example: 'Everything else.' })
  @IfPresent()
  @IsText({ min: 0, max: 1000 })
  topic?: string;

  @ApiPropertyOptional({
    description: 'Seconds that a member waits between two messages; 0: none.',
    type: 'integer',
    minimum: 0,
    maximum: 21_600,
    default: 0,
    example: 0,
  })
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(21_600)
  slow_mode_s?: number;
}
