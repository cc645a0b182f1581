import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageState } from '../message.js';

/** The columns of a message with its sender's name, as `stateOf` reads them. */
const COLUMNS = `m.id, m.conversation_id, m.seq, m.rev, m.kind, m.sender_id, u.username, m.content, m.nonce,
  m.reply_to_id, m.mentions, m.pinned, m.created_at, m.edited_at, m.deleted_at`;
const FROM = 'FROM messages m JOIN users u ON u.id = m.sender_id';

interface Row {
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
}

export interface StoredDraft {
  state: MessageState;
  draftHash: Buffer;
}

export interface NewMessage {
  state: Omit<MessageState, 'senderUsername'>;
  /** Null without a nonce. */
  draftHash: Buffer | null;
}

/** The log's statements; each names its conversation, so that the log can be sharded by it. */
@Injectable()
export class MessageRepository {
  /** Stores the next change of a conversation, whose row the caller has locked. Answers with the sender's name. */
  async append(tx: Tx, { state, draftHash }: NewMessage): Promise<string> {
    await tx.query('UPDATE conversations SET last_seq = $2 WHERE id = $1', [state.conversationId, state.rev]);
    const rows = await tx.query<{ username: string }[]>(
      `INSERT INTO messages (id, conversation_id, seq, rev, kind, sender_id, content, nonce, draft_hash, mentions, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       RETURNING (SELECT username FROM users WHERE id = $6) AS username`,
      [
        state.id,
        state.conversationId,
        state.seq,
        state.rev,
        state.kind,
        state.senderId,
        state.content,
        state.nonce,
        draftHash,
        state.mentions,
        state.createdAt,
      ],
    );
    return rows[0]?.username ?? '';
  }

  async findByNonce(
    tx: Tx,
    key: { conversationId: ConversationId; senderId: UserId; nonce: string },
  ): Promise<StoredDraft | undefined> {
    const rows = await tx.query<(Row & { draft_hash: Buffer })[]>(
      `SELECT ${COLUMNS}, m.draft_hash ${FROM} WHERE m.conversation_id = $1 AND m.sender_id = $2 AND m.nonce = $3`,
      [key.conversationId, key.senderId, key.nonce],
    );
    return rows[0] && { state: stateOf(rows[0]), draftHash: rows[0].draft_hash };
  }

  async findById(tx: Tx, id: MessageId): Promise<MessageState | undefined> {
    const rows = await tx.query<Row[]>(`SELECT ${COLUMNS} ${FROM} WHERE m.id = $1`, [id]);
    return rows[0] && stateOf(rows[0]);
  }

  /** When the sender last wrote here; undefined when never. */
  async lastSentAt(tx: Tx, conversationId: ConversationId, senderId: UserId): Promise<Date | undefined> {
    const rows = await tx.query<{ created_at: Date }[]>(
      'SELECT created_at FROM messages WHERE conversation_id = $1 AND sender_id = $2 ORDER BY seq DESC LIMIT 1',
      [conversationId, senderId],
    );
    return rows[0]?.created_at;
  }
}

function stateOf(row: Row): MessageState {
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
    pinned: row.pinned,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}
