import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Attachment } from '../../attachments/attachment.js';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { CallEntry, ReactionCount } from '../message.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';

/** A message of a conversation's log; the table is the outbox too, read in the order of `rev` (protocol section 2.1). */
@Entity('messages')
@Check('messages_kind_check', `"kind" IN ('message', 'call')`)
@Check('messages_call_check', `("kind" = 'call') = ("call" IS NOT NULL)`)
@Index('messages_seq_key', ['conversationId', 'seq'], { unique: true })
@Index('messages_rev_key', ['conversationId', 'rev'], { unique: true })
@Check('messages_pinned_check', `"pinned" = ("pinned_at" IS NOT NULL)`)
@Index('messages_reply_idx', ['replyToId', 'seq'], { where: '"reply_to_id" IS NOT NULL' })
@Index('messages_pinned_idx', ['conversationId', 'pinnedAt'], { where: '"pinned"' })
@Index('messages_mentioning_idx', ['conversationId', 'seq'], { where: `"mentions" <> '{}'` })
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

  /** What is shown of its files; null: it has none. */
  @Column('json', { nullable: true })
  attachments!: Attachment[] | null;

  /** The counts of its reactions, in the order in which their emoji came first; null: it has none. */
  @Column('json', { nullable: true })
  reactions!: ReactionCount[] | null;

  @Column('boolean', { default: false })
  pinned!: boolean;

  @Column({ ...TIMESTAMP, nullable: true })
  pinnedAt!: Date | null;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column({ ...TIMESTAMP, nullable: true })
  editedAt!: Date | null;

  @Column({ ...TIMESTAMP, nullable: true })
  deletedAt!: Date | null;

  @Column('uuid', { nullable: true })
  deletedBy!: UserId | null;
}
