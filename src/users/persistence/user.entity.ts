import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AttachmentId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

@Entity('users')
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pk' })
  id!: UserId;

  /** Lower case, so that the index makes it unique without regard to case. */
  @Index('users_username_key', { unique: true })
  @Column('varchar', { length: 32 })
  username!: string;

  @Index('users_email_key', { unique: true })
  @Column('varchar', { length: 254 })
  email!: string;

  @Column('text')
  passwordHash!: string;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column({ ...TIMESTAMP, nullable: true })
  deactivatedAt!: Date | null;

  /** When the user deleted their account: it is deactivated too, and what they leave behind is cleared up. */
  @Index('users_erasure_due_idx', { where: 'deleted_at IS NOT NULL AND erased_at IS NULL' })
  @Column({ ...TIMESTAMP, nullable: true })
  deletedAt!: Date | null;

  /** When all that was cleared up. */
  @Column({ ...TIMESTAMP, nullable: true })
  erasedAt!: Date | null;

  @Column('uuid', { nullable: true })
  avatarId!: AttachmentId | null;

  /** When the name was changed or the user was deactivated, by the database's clock: the nodes look for it. */
  @Index('users_identity_changed_idx', { where: 'identity_changed_at IS NOT NULL' })
  @Column({ ...TIMESTAMP, nullable: true })
  identityChangedAt!: Date | null;
}
