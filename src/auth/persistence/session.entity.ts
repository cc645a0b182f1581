import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SessionId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A login on a device: the family of its refresh tokens, and what its sockets live as long as. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pk' })
  id!: SessionId;

  @Index('sessions_user_idx')
  @ForeignKey('User', { name: 'sessions_user_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  @Column('varchar', { length: 256, nullable: true })
  userAgent!: string | null;

  @Column('inet', { nullable: true })
  ip!: string | null;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column(TIMESTAMP)
  lastUsedAt!: Date;

  @Column(TIMESTAMP)
  expiresAt!: Date;

  /** By the database's clock: the nodes look for what was revoked lately. */
  @Index('sessions_revoked_idx', { where: 'revoked_at IS NOT NULL' })
  @Column({ ...TIMESTAMP, nullable: true })
  revokedAt!: Date | null;

  /** `logout`, `logout_all`, `password_changed`, `token_reuse`, …: for the log and the user's session list. */
  @Column('text', { nullable: true })
  revokedReason!: string | null;
}
