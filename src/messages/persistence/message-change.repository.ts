import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { Role } from '../../groups/role.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageState, MessageTarget } from '../message.js';
import { MessageEdit } from './message-edit.entity.js';
import { Message } from './message.entity.js';
import { COLUMNS, FROM, stateOf } from './message.repository.js';
import type { MessageRow } from './message.repository.js';

/** A message whose log is held, and what its caller is there. */
export interface HeldMessage {
  message: MessageState;
  /** The log's head. */
  lastSeq: number;
  membershipVersion: number;
  /** In the group of a channel; undefined in a direct conversation. */
  role: Role | undefined;
  username: string;
  /** One side of a direct conversation has blocked the other. */
  blocked: boolean;
}

/** What a change may set; what is not given stays. */
export type MessagePatch = Partial<
  Pick<
    MessageState,
    'content' | 'mentions' | 'attachments' | 'reactions' | 'pinned' | 'editedAt' | 'deletedAt' | 'deletedBy'
  >
>;

// A message never moves to another log, so its log is known before it is held.
const HOLD = `
  SELECT c.last_seq FROM conversations c
   WHERE c.id = (SELECT m.conversation_id FROM messages m WHERE m.id = $1 AND m.conversation_id = coalesce($2, m.conversation_id))
     FOR NO KEY UPDATE`;

/** After the lock, in a statement of its own: so it is as new as the lock. */
const LOAD = `
  SELECT ${COLUMNS}, v.last_seq, v.membership_version, g.role, a.username AS caller,
         EXISTS (SELECT FROM user_blocks b
                  WHERE (b.blocker_id = x.user_low_id AND b.blocked_id = x.user_high_id)
                     OR (b.blocker_id = x.user_high_id AND b.blocked_id = x.user_low_id)) AS blocked
    ${FROM}
    JOIN conversations v ON v.id = m.conversation_id
    JOIN users a ON a.id = $2
    LEFT JOIN group_members g ON g.group_id = v.group_id AND g.user_id = $2
    LEFT JOIN dms x ON x.conversation_id = v.id AND $2 IN (x.user_low_id, x.user_high_id)
   WHERE m.id = $1 AND (g.role IS NOT NULL OR x.conversation_id IS NOT NULL)`;

const MENTIONED = `
  SELECT u.id FROM users u
   WHERE u.username = ANY ($2)
     AND EXISTS (SELECT FROM conversations v
                   LEFT JOIN group_members g ON g.group_id = v.group_id AND g.user_id = u.id
                   LEFT JOIN dms x ON x.conversation_id = v.id AND u.id IN (x.user_low_id, x.user_high_id) AND u.id <> $3
                  WHERE v.id = $1 AND (g.user_id IS NOT NULL OR x.conversation_id IS NOT NULL))`;

type HeldRow = MessageRow & {
  last_seq: string;
  membership_version: string;
  role: Role | null;
  caller: string;
  blocked: boolean;
};

/** Changes of messages that exist, each in a transaction that holds its log. */
@Injectable()
export class MessageChangeRepository {
  /** Holds the message's log until the transaction ends. Undefined: there is no such message that the user may read. */
  async hold(tx: Tx, userId: UserId, { messageId, conversationId }: MessageTarget): Promise<HeldMessage | undefined> {
    await tx.query(HOLD, [messageId, conversationId ?? null]);
    const [row] = await tx.query<HeldRow[]>(LOAD, [messageId, userId]);
    if (row === undefined || row.conversation_id !== (conversationId ?? row.conversation_id)) return undefined;
    return {
      message: stateOf(row),
      lastSeq: Number(row.last_seq),
      membershipVersion: Number(row.membership_version),
      role: row.role ?? undefined,
      username: row.caller,
      blocked: row.blocked,
    };
  }

  /** The patched message, whose `rev` is the log's new head. */
  async store(tx: Tx, { id, conversationId, rev }: MessageState, patch: MessagePatch, now: Date): Promise<void> {
    const { pinned, attachments, reactions, editedAt, deletedAt, ...rest } = patch;
    await tx.query(`UPDATE conversations SET last_seq = $2 WHERE id = $1`, [conversationId, rev]);
    await tx.update(
      Message,
      { id },
      {
        ...rest,
        rev,
        ...(pinned !== undefined && { pinned, pinnedAt: pinned ? now : null }),
        ...(attachments && { attachments: orNull(attachments) }),
        ...(reactions && { reactions: orNull(reactions) }),
        ...(editedAt !== undefined && { editedAt: editedAt === null ? null : now }),
        ...(deletedAt !== undefined && { deletedAt: now }),
      },
    );
  }

  async keepEdit(tx: Tx, { id, rev, content }: MessageState, replacedAt: Date): Promise<void> {
    await tx.insert(MessageEdit, { messageId: id, rev, content, replacedAt });
  }

  /** Nothing that a message had stays: neither what it said before, nor who reacted; its files are to be swept. */
  async strip(tx: Tx, id: MessageId): Promise<void> {
    await tx.query(`DELETE FROM message_edits WHERE message_id = $1`, [id]);
    await tx.query(`DELETE FROM message_reactions WHERE message_id = $1`, [id]);
    await tx.query(`UPDATE attachments SET state = 'deleted' WHERE message_id = $1`, [id]);
  }

  /** Which of the names a message of this sender mentions here. */
  async mentioned(tx: Tx, { conversationId, senderId }: MessageState, names: readonly string[]): Promise<UserId[]> {
    if (names.length === 0) return [];
    const rows = await tx.query<{ id: UserId }[]>(MENTIONED, [conversationId, names, senderId]);
    return rows.map(({ id }) => id);
  }

  async countPins(tx: Tx, conversationId: ConversationId): Promise<number> {
    return tx.countBy(Message, { conversationId, pinned: true });
  }
}

function orNull<T>(list: readonly T[]): T[] | null {
  return list.length === 0 ? null : [...list];
}
