import { ApiProperty } from '@nestjs/swagger';
import type { SessionId } from '../../common/ids.js';

/** A login on a device. */
export class SessionDto {
  @ApiProperty({
    description: 'Names the session when it is to be ended.',
    type: String,
    format: 'uuid',
    example: '0198c0de-4a5b-7cde-8f01-23456789abcd',
  })
  id!: SessionId;

  @ApiProperty({
    description: 'When the user logged in.',
    type: String,
    format: 'date-time',
    example: '2030-01-01T00:00:00.000Z',
  })
  created_at!: string;

  @ApiProperty({
    description: 'When it was last refreshed; after seven days without that it ends.',
    type: String,
    format: 'date-time',
    example: '2030-01-02T00:00:00.000Z',
  })
  last_used_at!: string;

  @ApiProperty({
    description: 'When it ends whatever happens.',
    type: String,
    format: 'date-time',
    example: '2030-01-31T00:00:00.000Z',
  })
  expires_at!: string;

  @ApiProperty({
    description: 'What the client called itself at the login.',
    type: String,
    nullable: true,
    example: 'Mozilla/5.0 (X11; Linux x86_64)',
  })
  user_agent!: string | null;

  @ApiProperty({ description: 'The address of the login.', type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ description: 'Whether this is the session that asks.', type: Boolean, example: true })
  current!: boolean;
}
