import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IfPresent } from '../../common/if-present.js';
import { IsText } from '../../common/text.js';

export class CreateGroupDto {
  @ApiProperty({ description: 'Its name, stored trimmed.', minLength: 1, maxLength: 100, example: 'Book club' })
  @IsText({ max: 100 })
  name!: string;

  @ApiPropertyOptional({ description: 'What it is about.', maxLength: 1000, default: '', example: 'A book a month.' })
  @IfPresent()
  @IsText({ min: 0, max: 1000 })
  description?: string;
}
