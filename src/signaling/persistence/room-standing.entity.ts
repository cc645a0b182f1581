import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';
import type { RoomKind } from '../room-kind.js';
import type { Standing } from '../room-rule.js';

/** Whom a room's owner has invited or removed. A guest can be removed too, so the user need not have an account. */
@Entity('room_standings')
@ForeignKey('RoomRuleRow', ['kind', 'roomId'], ['kind', 'roomId'], {
  name: 'room_standings_rule_fk',
  onDelete: 'CASCADE',
})
@Check('room_standings_standing_check', `"standing" IN ('invited', 'removed')`)
export class RoomStandingRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'room_standings_pk' })
  kind!: RoomKind;

  @PrimaryColumn('varchar', { length: 128, primaryKeyConstraintName: 'room_standings_pk' })
  roomId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'room_standings_pk' })
  userId!: UserId;

  @Column('text')
  standing!: Standing;

  @Column(TIMESTAMP)
  since!: Date;
}
