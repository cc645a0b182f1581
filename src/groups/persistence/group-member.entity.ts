import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';
import type { Role } from '../role.js';

@Entity('group_members')
@Check('group_members_role_check', `"role" IN ('owner', 'admin', 'moderator', 'member')`)
@Index('group_members_owner_key', ['groupId'], { unique: true, where: `"role" = 'owner'` })
export class GroupMember {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'group_members_pk' })
  @ForeignKey('Group', { name: 'group_members_group_fk', onDelete: 'CASCADE' })
  groupId!: GroupId;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'group_members_pk' })
  @Index('group_members_user_idx')
  @ForeignKey('User', { name: 'group_members_user_fk', onDelete: 'CASCADE' })
  userId!: UserId;

  @Column('text')
  role!: Role;

  @Column(TIMESTAMP)
  joinedAt!: Date;
}
