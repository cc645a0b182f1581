import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { GRANTABLE_ROLES } from '../role.js';
import type { GrantableRole } from '../role.js';

export class ChangeRoleDto {
  @ApiProperty({ description: 'The new role; below the caller’s own.', enum: GRANTABLE_ROLES, example: 'moderator' })
  @IsIn(GRANTABLE_ROLES)
  role!: GrantableRole;
}
