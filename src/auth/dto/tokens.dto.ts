import { ApiProperty } from '@nestjs/swagger';
import { OwnUserDto } from '../../users/dto/user.dto.js';

/** The answer to a registration, a login and a refresh. */
export class TokensDto {
  @ApiProperty({ description: 'Who is logged in.', type: () => OwnUserDto })
  user!: OwnUserDto;

  @ApiProperty({ description: 'Bearer token for REST and sockets.', type: String, example: 'eyJhbGciOiJIUzI1NiIs…' })
  access_token!: string;

  @ApiProperty({
    description: 'Good for one refresh, which answers with the next one.',
    type: String,
    example: 'Jx0mBq7yX2n0c3Zr5s8uVwQe1tKpLa9DfGhYiOjMbNc',
  })
  refresh_token!: string;

  @ApiProperty({ description: 'How to send the access token.', type: String, enum: ['bearer'], example: 'bearer' })
  token_type!: 'bearer';

  @ApiProperty({ description: 'Seconds until the access token expires.', type: 'integer', example: 900 })
  expires_in!: number;
}
