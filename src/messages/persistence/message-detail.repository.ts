import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageState, PastContent, PinnedMessage } from '../message.js';
import { COLUMNS, FROM, stateOf } from './message.repository.js';
import type { MessageRow } from './message.repository.js';

const REPLIES = `SELECT ${COLUMNS} ${FROM} WHERE m.reply_to_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3`;

const EDITS = `
  SELECT content, rev, replaced_at AS "replacedAt" FROM message_edits
   WHERE message_id = $1 AND rev > $2 ORDER BY rev LIMIT $3`;

const PINS = `
  SELECT ${COLUMNS}, m.pinned_at ${FROM}
   WHERE m.conversation_id = $1 AND m.pinned
     AND ($2::timestamptz IS NULL OR (m.pinned_at, m.id) < ($2::timestamptz, $3::uuid))
   ORDER BY m.pinned_at DESC, m.id DESC LIMIT $4`;

/** What belongs to a message, or is kept of it, beside its state. */
@Injectable()
export class MessageDetailRepository {
  /** By `seq`. */
  async replies(tx: Tx, id: MessageId, { after, limit }: { after: number; limit: number }): Promise<MessageState[]> {
    return (await tx.query<MessageRow[]>(REPLIES, [id, after, limit])).map(stateOf);
  }

  /** Earliest first. */
  async edits(tx: Tx, id: MessageId, { after, limit }: { after: number; limit: number }): Promise<PastContent[]> {
    const rows = await tx.query<{ content: string; rev: string; replacedAt: Date }[]>(EDITS, [id, after, limit]);
    return rows.map(({ rev, ...rest }) => ({ ...rest, rev: Number(rev) }));
  }

  /** Those that were pinned last come first. */
  async pins(tx: Tx, id: ConversationId, { after, limit }: PageRequest): Promise<PinnedMessage[]> {
    const values = [id, after?.at ?? null, after?.id ?? null, limit];
    const rows = await tx.query<(MessageRow & { pinned_at: Date })[]>(PINS, values);
    return rows.map((row) => ({ message: stateOf(row), pinnedAt: row.pinned_at }));
  }
}
