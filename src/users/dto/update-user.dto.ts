import { ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsEmailAddress, IsUsername } from '../username.js';

const given = (_object: object, value: unknown) => value !== undefined;

/** What a user changes of themselves; what is left out stays. */
export class UpdateUserDto {
  @ApiPropertyOptional({
    description: 'Unique without regard to case, stored in lower case.',
    type: String,
    minLength: 3,
    maxLength: 32,
    pattern: '^[A-Za-z0-9_.-]+$',
    example: 'alice',
  })
  @ValidateIf(given)
  @IsUsername()
  username?: string;

  @ApiPropertyOptional({
    description: 'Unique without regard to case.',
    type: String,
    format: 'email',
    maxLength: 254,
    example: 'alice@example.org',
  })
  @ValidateIf(given)
  @IsEmailAddress()
  email?: string;
}
