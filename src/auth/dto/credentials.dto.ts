import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsText } from '../../common/text.js';
import { IsEmailAddress, IsUsername } from '../../users/username.js';
import { IsGivenPassword, IsNewPassword } from '../password.js';

export class RegisterDto {
  @ApiProperty({
    description: 'Unique without regard to case, stored in lower case.',
    type: String,
    minLength: 3,
    maxLength: 32,
    pattern: '^[A-Za-z0-9_.-]+$',
    example: 'alice',
  })
  @IsUsername()
  username!: string;

  @ApiProperty({
    description: 'Unique without regard to case; shown to the user alone.',
    type: String,
    format: 'email',
    maxLength: 254,
    example: 'alice@example.org',
  })
  @IsEmailAddress()
  email!: string;

  @ApiProperty({
    description: '10 to 128 characters, used exactly as given; very common ones are refused.',
    type: String,
    format: 'password',
    minLength: 10,
    maxLength: 128,
    example: 'correct horse battery staple',
  })
  @IsNewPassword()
  password!: string;
}

/** A login names the user by `username`, which may hold an e-mail address too, or by `email`. */
export class LoginDto {
  @ApiPropertyOptional({
    description: 'The username or the e-mail address; not looked at when `email` is given.',
    type: String,
    maxLength: 254,
    example: 'alice',
  })
  @ValidateIf((login: LoginDto) => login.email === undefined)
  @IsText({ max: 254 })
  username?: string;

  @ApiPropertyOptional({
    description: 'The e-mail address, in place of `username`.',
    type: String,
    maxLength: 254,
    example: 'alice@example.org',
  })
  @ValidateIf((login: LoginDto) => login.email !== undefined)
  @IsText({ max: 254 })
  email?: string;

  @ApiProperty({
    description: 'The password, exactly as it was set.',
    type: String,
    format: 'password',
    maxLength: 128,
    example: 'correct horse battery staple',
  })
  @IsGivenPassword()
  password!: string;
}
