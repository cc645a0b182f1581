import { ApiProperty } from '@nestjs/swagger';
import { IsGivenPassword, IsNewPassword } from '../password.js';

export class ChangePasswordDto {
  @ApiProperty({
    description: 'The password as it is now.',
    type: String,
    format: 'password',
    maxLength: 128,
    example: 'correct horse battery staple',
  })
  @IsGivenPassword()
  current_password!: string;

  @ApiProperty({
    description: '10 to 128 characters, used exactly as given; very common ones are refused.',
    type: String,
    format: 'password',
    minLength: 10,
    maxLength: 128,
    example: 'seven purple elephants dancing',
  })
  @IsNewPassword()
  new_password!: string;
}
