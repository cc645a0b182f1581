import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

@Entity('group_invites')
@Check('group_invites_uses_check', `"max_uses" IS NULL OR "uses" <= "max_uses"`)
export class GroupInvite {
  @PrimaryColumn('varchar', { length: 32, primaryKeyConstraintName: 'group_invites_pk' })
  code!: string;

  @Index('group_invites_group_idx')
  @ForeignKey('Group', { name: 'group_invites_group_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  groupId!: GroupId;

  @ForeignKey('User', { name: 'group_invites_creator_fk', onDelete: 'CASCADE' })
  @Index('group_invites_creator_idx')
  @Column('uuid')
  createdBy!: UserId;

  @Column('integer', { default: 0 })
  uses!: number;

  @Column('integer', { nullable: true })
  maxUses!: number | null;

  @Column({ ...TIMESTAMP, nullable: true })
  expiresAt!: Date | null;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
