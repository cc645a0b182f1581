import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';

const TOKEN_MAX = 512;

export class RefreshDto {
  @ApiProperty({
    description: 'The refresh token of the last answer.',
    type: String,
    maxLength: TOKEN_MAX,
    example: 'Jx0mBq7yX2n0c3Zr5s8uVwQe1tKpLa9DfGhYiOjMbNc',
  })
  @IsString()
  @MaxLength(TOKEN_MAX)
  refresh_token!: string;
}

export class LogoutDto {
  @ApiPropertyOptional({
    description: "A refresh token of the user's, whose session is ended too when it is another one.",
    type: String,
    maxLength: TOKEN_MAX,
    example: 'Jx0mBq7yX2n0c3Zr5s8uVwQe1tKpLa9DfGhYiOjMbNc',
  })
  @IsOptional()
  @IsString()
  @MaxLength(TOKEN_MAX)
  refresh_token?: string;
}
