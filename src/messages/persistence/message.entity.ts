import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { CallEntry } from '../message.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';

/** A message of a conversation's log; the table is the outbox too, read in the order of `rev` (protocol section 2.1). */
@Entity('messages')
@Check('messages_kind_check', `"kind" IN ('message', 'call')`)
@Check('messages_call_check', `("kind" = 'call') = ("call" IS NOT NULL)`)
@Index('messages_seq_key', ['conversationId', 'seq'], { unique: true })
@Index('messages_rev_key', ['conversationId', 'rev'], { unique: true })
@Index('messages_nonce_key', ['conversationId', 'senderId', 'nonce'], { unique: true, where: '"nonce" IS NOT NULL' })
export class Message {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'messages_pk' })
  id!: MessageId;

  @ForeignKey('Conversation', { name: 'messages_conversation_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  conversationId!: ConversationId;

  /** The number it got when it was made. */
  @Column('bigint', { transformer: bigintAsNumber })
  seq!: number;

  /** The number of its latest change; `seq` until it is changed. */
  @Column('bigint', { transformer: bigintAsNumber })
  rev!: number;

  @Column('text', { default: 'message' })
  kind!: 'message' | 'call';

  @ForeignKey('User', { name: 'messages_sender_fk' })
  @Column('uuid')
  senderId!: UserId;

  @Column('text')
  content!: string;

  @Column('varchar', { length: 64, nullable: true })
  nonce!: string | null;

  /** SHA-256 of the draft as first sent: the same nonce with another draft is a conflict. */
  @Column('bytea', { nullable: true })
  draftHash!: Buffer | null;

  @Column('uuid', { nullable: true })
  replyToId!: MessageId | null;

  @Column('uuid', { array: true, default: '{}' })
  mentions!: UserId[];

  /** What a call was, of an entry that is one. */
  @Column('json', { nullable: true })
  call!: CallEntry | null;

  @Column('boolean', { default: false })
  pinned!: boolean;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column({ ...TIMESTAMP, nullable: true })
  editedAt!: Date | null;

  @Column({ ...TIMESTAMP, nullable: true })
  deletedAt!: Date | null;

  @Column('uuid', { nullable: true })
  deletedBy!: UserId | null;
}
