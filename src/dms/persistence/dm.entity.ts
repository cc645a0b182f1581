import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, UserId } from '../../common/ids.js';

/** The two sides of a direct conversation, the lower id first, so that a pair has one. */
@Entity('dms')
@Check('dms_order_check', '"user_low_id" < "user_high_id"')
@Index('dms_pair_key', ['userLowId', 'userHighId'], { unique: true })
export class Dm {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'dms_pk' })
  @ForeignKey('Conversation', { name: 'dms_conversation_fk', onDelete: 'CASCADE' })
  conversationId!: ConversationId;

  @ForeignKey('User', { name: 'dms_user_low_fk' })
  @Column('uuid')
  userLowId!: UserId;

  @Index('dms_user_high_idx')
  @ForeignKey('User', { name: 'dms_user_high_fk' })
  @Column('uuid')
  userHighId!: UserId;
}
