import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';
import type { RoomKind } from '../room-kind.js';
import type { RoomAccessRule } from '../room-rule.js';

/** Whose a room is, and who may join it; a room without a row is open to everyone, and has no owner. */
@Entity('room_rules')
@Check('room_rules_kind_check', `"kind" IN ('room', 'meeting', 'call')`)
@Check('room_rules_access_check', `"access" = 'group' OR ("access" IN ('anyone', 'invitation') AND "group_id" IS NULL)`)
export class RoomRuleRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'room_rules_pk' })
  kind!: RoomKind;

  @PrimaryColumn('varchar', { length: 128, primaryKeyConstraintName: 'room_rules_pk' })
  roomId!: string;

  /** The rule ends with its owner's account. */
  @Index('room_rules_owner_idx')
  @ForeignKey('User', { name: 'room_rules_owner_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  ownerId!: UserId;

  @Column('text')
  access!: RoomAccessRule;

  /** Null with `group`: the group is deleted, and nobody but the owner may join. */
  @Index('room_rules_group_idx', { where: `"group_id" IS NOT NULL` })
  @ForeignKey('Group', { name: 'room_rules_group_fk', onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  groupId!: GroupId | null;

  @Column('boolean', { default: false })
  locked!: boolean;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column(TIMESTAMP)
  updatedAt!: Date;
}
