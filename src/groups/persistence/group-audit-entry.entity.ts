import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AuditEntryId, GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';
import type { AuditAction, AuditDetails } from '../audit-entry.js';

@Entity('group_audit_entries')
@Index('group_audit_entries_order_idx', ['groupId', 'createdAt', 'id'])
export class GroupAuditEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'group_audit_entries_pk' })
  id!: AuditEntryId;

  @ForeignKey('Group', { name: 'group_audit_entries_group_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  groupId!: GroupId;

  @ForeignKey('User', { name: 'group_audit_entries_actor_fk' })
  @Column('uuid')
  actorId!: UserId;

  @Column('text')
  action!: AuditAction;

  @ForeignKey('User', { name: 'group_audit_entries_target_fk' })
  @Column('uuid', { nullable: true })
  targetUserId!: UserId | null;

  /** The channel or message that it was done to. */
  @Column('uuid', { nullable: true })
  targetId!: string | null;

  @Column('jsonb')
  details!: AuditDetails;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
