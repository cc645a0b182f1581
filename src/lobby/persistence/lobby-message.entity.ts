import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

/** A message of a lobby's chat. Its author may be a guest, who is in no table. */
@Entity('lobby_messages')
@Index('lobby_messages_chat_idx', ['namespace', 'roomLife', 'id'])
export class LobbyMessage {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lobby_messages_pk' })
  id!: string;

  @Column('varchar', { length: 64 })
  namespace!: string;

  /** The life of the room whose chat it is of; null: the chat of the whole namespace. */
  @Column('uuid', { nullable: true })
  roomLife!: string | null;

  @Index('lobby_messages_user_idx')
  @Column('uuid')
  userId!: UserId;

  @Column('varchar', { length: 64 })
  username!: string;

  @Column('text')
  text!: string;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
