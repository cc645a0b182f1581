import { ApiProperty } from '@nestjs/swagger';
import type { UserId } from '../../common/ids.js';

/** A user as everyone may see them. */
export class UserDto {
  @ApiProperty({
    description: 'Stays the same for ever.',
    type: String,
    format: 'uuid',
    example: '0198c0de-4a5b-7cde-8f01-23456789abcd',
  })
  id!: UserId;

  @ApiProperty({ description: 'Lower case; the user may change it.', type: String, example: 'alice' })
  username!: string;

  @ApiProperty({
    description: 'Where their avatar is, with an access token; another one when it changes. Null: they have none.',
    type: String,
    nullable: true,
    example: '/api/users/0198c0de-4a5b-7cde-8f01-23456789abcd/avatar?v=0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f67',
  })
  avatar_url!: string | null;

  @ApiProperty({
    description: 'When the account was made.',
    type: String,
    format: 'date-time',
    example: '2030-01-01T00:00:00.000Z',
  })
  created_at!: string;
}

/** A user as they see themselves. */
export class OwnUserDto extends UserDto {
  @ApiProperty({ description: 'Shown to the user alone.', type: String, example: 'alice@example.org' })
  email!: string;
}
