import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class DownloadQuery {
  @ApiPropertyOptional({ description: '1: a small form of a picture.', enum: ['0', '1'], example: '1' })
  @IsOptional()
  @IsIn(['0', '1'], { message: 'must be 0 or 1' })
  thumbnail?: '0' | '1';
}
