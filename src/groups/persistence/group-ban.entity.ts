import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

@Entity('group_bans')
@Index('group_bans_order_idx', ['groupId', 'createdAt', 'userId'])
export class GroupBan {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'group_bans_pk' })
  @ForeignKey('Group', { name: 'group_bans_group_fk', onDelete: 'CASCADE' })
  groupId!: GroupId;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'group_bans_pk' })
  @Index('group_bans_user_idx')
  @ForeignKey('User', { name: 'group_bans_user_fk', onDelete: 'CASCADE' })
  userId!: UserId;

  @ForeignKey('User', { name: 'group_bans_banned_by_fk' })
  @Column('uuid')
  bannedBy!: UserId;

  @Column('varchar', { length: 500, default: '' })
  reason!: string;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
