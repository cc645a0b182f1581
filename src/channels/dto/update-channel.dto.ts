import { ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IfPresent } from '../../common/if-present.js';
import { CreateChannelDto } from './create-channel.dto.js';

/** What is left out stays as it is. */
export class UpdateChannelDto extends PartialType(OmitType(CreateChannelDto, ['type']), {
  skipNullProperties: false,
}) {
  @ApiPropertyOptional({
    description:
      'Its new place among the group’s channels, from 0; the others make room. Beyond their number: the last.',
    type: 'integer',
    minimum: 0,
    maximum: 10_000,
    example: 0,
  })
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(10_000)
  position?: number;
}
