import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { bigintAsNumber, TIMESTAMP } from '../../infra/database/columns.js';
import type { ReadRule, WriteRule } from '../live-topic.js';

/** The last value of a live topic. A row stays when its value goes, so that its version never starts over. */
@Entity('live_topics')
@Check('live_topics_read_check', `"read_rule" IN ('public', 'authenticated', 'group')`)
@Check('live_topics_write_check', `"write_rule" IN ('public', 'authenticated', 'group', 'owner')`)
export class LiveTopicRow {
  /** Empty: the topics of REST and of `LIVE_NAMESPACES`. */
  @PrimaryColumn('varchar', { length: 128, primaryKeyConstraintName: 'live_topics_pk' })
  namespace!: string;

  @PrimaryColumn('varchar', { length: 128, primaryKeyConstraintName: 'live_topics_pk' })
  topic!: string;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  version!: number;

  /** JSON as its writer wrote it: what `json` and `jsonb` would refuse or change stays as it is. */
  @Column('text', { nullable: true })
  value!: string | null;

  @Index('live_topics_owner_idx')
  @ForeignKey('User', { name: 'live_topics_owner_fk', onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  ownerId!: UserId | null;

  @Column('text')
  readRule!: ReadRule;

  @Column('text')
  writeRule!: WriteRule;

  @Index('live_topics_group_idx')
  @ForeignKey('Group', { name: 'live_topics_group_fk', onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  groupId!: GroupId | null;

  @Column(TIMESTAMP)
  updatedAt!: Date;
}
