import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CallId, ConnectionId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/**
 * A user who rings, is rung or talks: the key lets nobody be in two calls. It holds the connection that the user is in the
 * call with, as a lease that the connection's node renews, so that a call outlives neither of them and needs no Redis.
 */
@Entity('call_parties')
export class CallParty {
  @ForeignKey('User', { name: 'call_parties_user_fk' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'call_parties_pk' })
  userId!: UserId;

  @Index('call_parties_call_idx')
  @ForeignKey('Call', { name: 'call_parties_call_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  callId!: CallId;

  /** Null before the callee has accepted, and while a connection that broke has its grace. */
  @Column('uuid', { nullable: true })
  connectionId!: ConnectionId | null;

  /** When it took its place. */
  @Column({ ...TIMESTAMP, nullable: true })
  heldSince!: Date | null;

  /** The last sign of life of that connection. */
  @Column({ ...TIMESTAMP, nullable: true })
  seenAt!: Date | null;

  /** After that another connection may take its place. */
  @Column({ ...TIMESTAMP, nullable: true })
  heldUntil!: Date | null;

  /** If none has by then, the party has left the call. */
  @Column({ ...TIMESTAMP, nullable: true })
  goneAt!: Date | null;
}
