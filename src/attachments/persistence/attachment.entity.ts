import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AttachmentId, MessageId, UserId } from '../../common/ids.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';

/** A file that was uploaded. One that no message and nobody's avatar uses is an orphan, and swept. */
@Entity('attachments')
@Check('attachments_purpose_check', `"purpose" IN ('message', 'avatar')`)
@Check('attachments_state_check', `"state" IN ('uploading', 'ready', 'deleted')`)
@Index('attachments_orphan_idx', ['createdAt'], { where: `"message_id" IS NULL OR "state" = 'deleted'` })
export class AttachmentRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'attachments_pk' })
  id!: AttachmentId;

  @Index('attachments_owner_idx')
  @ForeignKey('User', { name: 'attachments_owner_fk' })
  @Column('uuid')
  ownerId!: UserId;

  @Index('attachments_message_idx')
  @ForeignKey('Message', { name: 'attachments_message_fk', onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  messageId!: MessageId | null;

  @Column('varchar', { length: 255 })
  name!: string;

  @Column('varchar', { length: 127 })
  type!: string;

  /** In bytes. */
  @Column('bigint', { transformer: bigintAsNumber })
  size!: number;

  @Column('integer', { nullable: true })
  width!: number | null;

  @Column('integer', { nullable: true })
  height!: number | null;

  @Column('boolean', { default: false })
  thumbnail!: boolean;

  /** Whether a browser may show it in its place. */
  @Column('boolean', { default: false })
  inline!: boolean;

  @Column('text')
  purpose!: 'message' | 'avatar';

  @Column('text')
  state!: 'uploading' | 'ready' | 'deleted';

  @Column(TIMESTAMP)
  createdAt!: Date;
}
