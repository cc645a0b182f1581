import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsText } from '../../common/text.js';
import { PageQuery } from '../../infra/http/page.js';

export class FindUsersQuery extends PageQuery {
  @ApiPropertyOptional({
    description: 'What the username starts with, without regard to case; without it, everyone.',
    type: String,
    maxLength: 32,
    example: 'ali',
  })
  @IsOptional()
  @IsText({ min: 0, max: 32 })
  query?: string;
}
