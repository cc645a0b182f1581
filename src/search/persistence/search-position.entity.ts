import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { ConversationId } from '../../common/ids.js';
import { bigintAsNumber } from '../../infra/database/columns.js';

/** How far a log's words are kept; without a row: not at all. */
@Entity('search_positions')
export class SearchPosition {
  @ForeignKey('Conversation', { name: 'search_positions_conversation_fk', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'search_positions_pk' })
  conversationId!: ConversationId;

  /** The number of the latest change that is in the index, with all before it. */
  @Column('bigint', { default: 0, transformer: bigintAsNumber })
  indexedRev!: number;
}
