import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, GroupId } from '../../common/ids.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';

/** A log: a channel's or a DM's. Its row lock orders the changes of the conversation (protocol section 2.1). */
@Entity('conversations')
@Check('conversations_kind_check', `("kind" = 'channel') = ("group_id" IS NOT NULL) AND "kind" IN ('channel', 'dm')`)
export class Conversation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'conversations_pk' })
  id!: ConversationId;

  @Column('text')
  kind!: 'channel' | 'dm';

  /** The group whose members may read it: a removal locks all of a group's conversations, in the order of their ids. */
  @Index('conversations_group_idx')
  @ForeignKey('Group', { name: 'conversations_group_fk', onDelete: 'CASCADE' })
  @Column('uuid', { nullable: true })
  groupId!: GroupId | null;

  /** The log's head: the number of its latest change. */
  @Column('bigint', { default: 0, transformer: bigintAsNumber })
  lastSeq!: number;

  /** Grows with every removal and role change; each change of the log carries it. */
  @Column('bigint', { default: 0, transformer: bigintAsNumber })
  membershipVersion!: number;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
