import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IfPresent } from '../../common/if-present.js';

export class CreateInviteDto {
  @ApiPropertyOptional({
    description: 'Seconds until it expires: a minute to 30 days.',
    type: 'integer',
    minimum: 60,
    maximum: 2_592_000,
    default: 604_800,
    example: 86_400,
  })
  @IfPresent()
  @IsInt()
  @Min(60)
  @Max(2_592_000)
  expires_in_s?: number;

  @ApiPropertyOptional({
    description: 'How many users may join by it; any number when left out or null.',
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 10_000,
    example: 10,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  max_uses?: number | null;
}
