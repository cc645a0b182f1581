import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { MessageId } from '../../common/ids.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';

/** What a message said before it was edited, for moderators. */
@Entity('message_edits')
export class MessageEdit {
  @ForeignKey('Message', { name: 'message_edits_message_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'message_edits_pk' })
  messageId!: MessageId;

  /** The number of the change that had said it. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'message_edits_pk', transformer: bigintAsNumber })
  rev!: number;

  @Column('text')
  content!: string;

  @Column(TIMESTAMP)
  replacedAt!: Date;
}
