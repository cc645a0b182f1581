import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SessionId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A one-time WebSocket ticket: taken by `DELETE … RETURNING`; only its SHA-256 is kept. */
@Entity('ws_tickets')
export class WsTicket {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'ws_tickets_pk' })
  tokenHash!: Buffer;

  @ForeignKey('Session', { name: 'ws_tickets_session_fk', onDelete: 'CASCADE' })
  @Index('ws_tickets_session_idx')
  @Column('uuid')
  sessionId!: SessionId;

  /** When the access token that asked for the ticket ends: the connection's token expiry. */
  @Column(TIMESTAMP)
  tokenExpiresAt!: Date;

  @Index('ws_tickets_expires_idx')
  @Column(TIMESTAMP)
  expiresAt!: Date;
}
