import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SessionId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A refresh token, used once; only its SHA-256 is kept. */
@Entity('refresh_tokens')
export class RefreshToken {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'refresh_tokens_pk' })
  tokenHash!: Buffer;

  @Index('refresh_tokens_session_idx')
  @ForeignKey('Session', { name: 'refresh_tokens_session_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  sessionId!: SessionId;

  /** 0 for the login's own token, one more for each rotation. */
  @Column('integer')
  generation!: number;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column({ ...TIMESTAMP, nullable: true })
  usedAt!: Date | null;
}
