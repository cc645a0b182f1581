import { ApiProperty } from '@nestjs/swagger';
import type { GroupView } from '../group.js';
import { ROLES } from '../role.js';
import type { Role } from '../role.js';

/** A group as one of its members sees it. */
export class GroupDto {
  @ApiProperty({ description: 'The group’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' })
  id!: string;

  @ApiProperty({ description: 'Its name, for people; not unique.', example: 'Book club' })
  name!: string;

  @ApiProperty({ description: 'What it is about; may be empty.', example: 'A book a month.' })
  description!: string;

  @ApiProperty({ description: 'The owner’s user id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' })
  owner_id!: string;

  @ApiProperty({ description: 'The caller’s role in it.', enum: ROLES, example: 'member' })
  role!: Role;

  @ApiProperty({ description: 'How many members it has.', type: 'integer', example: 12 })
  member_count!: number;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    description: 'When its name or description was last changed.',
    format: 'date-time',
    example: '2030-01-01T12:00:00.000Z',
  })
  updated_at!: string;
}

export function toGroupDto(group: GroupView): GroupDto {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    owner_id: group.ownerId,
    role: group.role,
    member_count: group.memberCount,
    created_at: group.createdAt.toISOString(),
    updated_at: group.updatedAt.toISOString(),
  };
}
