import { Injectable } from '@nestjs/common';
import type { Attachment } from '../../attachments/attachment.js';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { NONE } from '../message.js';
import type { CallEntry, MessageState, ReactionCount } from '../message.js';

/** The columns of a message with its sender's name, as `stateOf` reads them. */
export const COLUMNS = `m.id, m.conversation_id, m.seq, m.rev, m.kind, m.sender_id, u.username, m.content, m.nonce,
  m.reply_to_id, m.mentions, m.pinned, m.created_at, m.edited_at, m.deleted_at, m.call,
  m.attachments, m.reactions, m.deleted_by`;
export const FROM = 'FROM messages m JOIN users u ON u.id = m.sender_id';

/** A message with its sender's name. */
export interface MessageRow {
  id: MessageId;
  conversation_id: ConversationId;
  seq: string;
  rev: string;
  kind: 'message' | 'call';
  sender_id: UserId;
  username: string;
  content: string;
  nonce: string | null;
  reply_to_id: MessageId | null;
  mentions: UserId[];
  pinned: boolean;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
  call: CallEntry | null;
  attachments: Attachment[] | null;
  reactions: ReactionCount[] | null;
  deleted_by: UserId | null;
}

/** Messages by their id alone; what reads a log is in `LogRepository`. */
@Injectable()
export class MessageRepository {
  async findById(tx: Tx, id: MessageId): Promise<MessageState | undefined> {
    const rows = await tx.query<MessageRow[]>(`SELECT ${COLUMNS} ${FROM} WHERE m.id = $1`, [id]);
    return rows[0] && stateOf(rows[0]);
  }
}

export function stateOf(row: MessageRow): MessageState {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: Number(row.seq),
    rev: Number(row.rev),
    kind: row.kind,
    senderId: row.sender_id,
    senderUsername: row.username,
    // A deleted message keeps its place, without its content.
    content: row.deleted_at ? '' : row.content,
    nonce: row.nonce,
    replyToId: row.reply_to_id,
    mentions: row.deleted_at ? [] : row.mentions,
    attachments: row.deleted_at ? NONE : (row.attachments ?? NONE),
    reactions: row.deleted_at ? NONE : (row.reactions ?? NONE),
    pinned: row.pinned,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    deletedBy: row.deleted_by,
    ...(row.call && !row.deleted_at && { call: row.call }),
  };
}
