import { ApiProperty } from '@nestjs/swagger';

/** Somebody whom the caller has blocked. */
export class BlockedUserDto {
  @ApiProperty({ description: 'The blocked user.', format: 'uuid', example: '0198c0de-4a5b-7cde-8f01-23456789abcd' })
  user_id!: string;

  @ApiProperty({ description: 'Their name as it is now.', example: 'mallory' })
  username!: string;

  @ApiProperty({ description: 'Since when.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;
}
