import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, MessageId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** The words of a message, beside the log: so that storing a message does not wait for its words. */
@Entity('message_terms')
@Index('message_terms_sent_idx', ['sentAt', 'messageId'])
@Index('message_terms_conversation_idx', ['conversationId', 'sentAt'])
export class MessageTerms {
  @ForeignKey('Message', { name: 'message_terms_message_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'message_terms_pk' })
  messageId!: MessageId;

  @Column('uuid')
  conversationId!: ConversationId;

  /** The message's own time, by which hits are sorted. */
  @Column(TIMESTAMP)
  sentAt!: Date;

  @Index('message_terms_idx', { type: 'gin' })
  @Column('tsvector', { select: false })
  terms!: string;
}
