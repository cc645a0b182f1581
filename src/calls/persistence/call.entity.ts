import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Json } from '../../cluster/cluster.js';
import type { CallId, ConnectionId, ConversationId, UserId } from '../../common/ids.js';
import type { CallPhase } from '../../common/domain-events.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A call of a direct conversation. Those that have ended stay: an old id is told from one that never was. */
@Entity('calls')
@Check('calls_phase_check', `"phase" IN ('ringing', 'accepted', 'declined', 'cancelled', 'missed', 'ended')`)
@Index('calls_live_key', ['conversationId'], { unique: true, where: '"ended_at" IS NULL' })
@Index('calls_ringing_idx', ['expiresAt'], { where: `"phase" = 'ringing'` })
@Index('calls_changed_idx', ['changedAt'])
export class Call {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'calls_pk' })
  id!: CallId;

  @ForeignKey('Conversation', { name: 'calls_conversation_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  conversationId!: ConversationId;

  @ForeignKey('User', { name: 'calls_caller_fk' })
  @Column('uuid')
  callerId!: UserId;

  @ForeignKey('User', { name: 'calls_callee_fk' })
  @Column('uuid')
  calleeId!: UserId;

  @Column('json')
  media!: Json;

  @Column('text')
  phase!: CallPhase;

  @Column(TIMESTAMP)
  startedAt!: Date;

  /** Until then it rings. */
  @Column(TIMESTAMP)
  expiresAt!: Date;

  @Column({ ...TIMESTAMP, nullable: true })
  acceptedAt!: Date | null;

  /** The connection that accepted it. */
  @Column('uuid', { nullable: true })
  acceptedBy!: ConnectionId | null;

  @Column({ ...TIMESTAMP, nullable: true })
  endedAt!: Date | null;

  /** The nodes look for it: a notification may be lost. */
  @Column(TIMESTAMP)
  changedAt!: Date;
}
