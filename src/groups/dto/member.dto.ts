import { ApiProperty } from '@nestjs/swagger';
import type { MemberView } from '../group.js';
import { ROLES } from '../role.js';
import type { Role } from '../role.js';

export class MemberDto {
  @ApiProperty({ description: 'The user’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;

  @ApiProperty({ description: 'The role in the group, from owner down to member.', enum: ROLES, example: 'member' })
  role!: Role;

  @ApiProperty({ description: 'When the user joined.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  joined_at!: string;
}

export function toMemberDto(member: MemberView): MemberDto {
  return {
    user_id: member.userId,
    username: member.username,
    role: member.role,
    joined_at: member.joinedAt.toISOString(),
  };
}
