import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** One user does not want to hear from another. */
@Entity('user_blocks')
@Check('user_blocks_self_check', `"blocker_id" <> "blocked_id"`)
export class UserBlock {
  @ForeignKey('User', { name: 'user_blocks_blocker_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'user_blocks_pk' })
  blockerId!: UserId;

  @Index('user_blocks_blocked_idx')
  @ForeignKey('User', { name: 'user_blocks_blocked_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'user_blocks_pk' })
  blockedId!: UserId;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
