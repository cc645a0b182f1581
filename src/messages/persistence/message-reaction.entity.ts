import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { MessageId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A user's reaction to a message; the message itself keeps the counts. */
@Entity('message_reactions')
export class MessageReaction {
  @ForeignKey('Message', { name: 'message_reactions_message_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'message_reactions_pk' })
  messageId!: MessageId;

  @PrimaryColumn('varchar', { length: 64, primaryKeyConstraintName: 'message_reactions_pk' })
  emoji!: string;

  @Index('message_reactions_user_idx')
  @ForeignKey('User', { name: 'message_reactions_user_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'message_reactions_pk' })
  userId!: UserId;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
