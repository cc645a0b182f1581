import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ConversationId, GroupId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';
import type { ChannelType } from '../channel-type.js';

/** A channel is a conversation with a name in a group; both share one id, and end together. */
@Entity('channels')
@Check('channels_type_check', `"type" IN ('TEXT', 'VOICE', 'VIDEO')`)
export class Channel {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'channels_pk' })
  @ForeignKey('Conversation', { name: 'channels_conversation_fk', onDelete: 'CASCADE' })
  id!: ConversationId;

  @Index('channels_group_idx')
  @ForeignKey('Group', { name: 'channels_group_fk', onDelete: 'CASCADE' })
  @Column('uuid')
  groupId!: GroupId;

  @Column('varchar', { length: 100 })
  name!: string;

  @Column('text')
  type!: ChannelType;

  @Column('varchar', { length: 1000, default: '' })
  topic!: string;

  /** Seconds that a member waits between two messages; 0: none. */
  @Column('integer', { default: 0 })
  slowModeS!: number;

  /** Channels are shown by it, and by their ids where it is the same. */
  @Column('integer', { default: 0 })
  position!: number;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column(TIMESTAMP)
  updatedAt!: Date;
}
