import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, UserId } from '../../common/ids.js';
import { bigintAsNumber } from '../../infra/database/columns.js';

/** How far a member has read a conversation. Without a row: as far as it was when they came. */
@Entity('read_states')
export class ReadState {
  @ForeignKey('Conversation', { name: 'read_states_conversation_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'read_states_pk' })
  conversationId!: ConversationId;

  @Index('read_states_user_idx')
  @ForeignKey('User', { name: 'read_states_user_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'read_states_pk' })
  userId!: UserId;

  @Column('bigint', { default: 0, transformer: bigintAsNumber })
  lastReadSeq!: number;

  /** Messages after that which mention the member: counted in the transactions that store and change them. */
  @Column('integer', { default: 0 })
  mentionCount!: number;
}
