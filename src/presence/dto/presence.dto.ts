import { ApiProperty } from '@nestjs/swagger';
import { ROSTER_LIMIT } from '../roster.js';
import type { Roster } from '../roster.js';

export class OnlineUserDto {
  @ApiProperty({ description: 'The user’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;
}

export class PresenceDto {
  @ApiProperty({
    description: `Who is online, each user once; at most ${ROSTER_LIMIT} of them.`,
    type: [OnlineUserDto],
  })
  users!: OnlineUserDto[];

  @ApiProperty({ description: 'How many users are online: all of them.', type: 'integer', example: 1 })
  total!: number;

  @ApiProperty({ description: 'The nodes cannot reach each other: the list may be out of date.', example: false })
  stale!: boolean;
}

export function toPresenceDto({ users, total, stale }: Roster): PresenceDto {
  return { users: users.map(({ userId, username }) => ({ user_id: userId, username })), total, stale };
}
