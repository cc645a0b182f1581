import type { Latencies } from '../harness/statistics.js';

const SELECT = `SELECT m.id, m.conversation_id, m.seq, m.rev, m.kind, m.sender_id, u.username, m.content, m.nonce,
    m.reply_to_id, m.mentions, m.pinned, m.created_at, m.edited_at, m.deleted_at
  FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = $1`;

/** What bare readers ask for, prepared. */
export const READ_QUERIES = {
  page: `${SELECT} AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3`,
  changes: `${SELECT} AND m.rev > $2 ORDER BY m.rev LIMIT $3`,
};

export interface ReadInput {
  /** A page before a number, or what has changed after it, by a prepared query; or the page by TypeORM's `find`. */
  way: 'page' | 'changes' | 'find';
  rows: number;
  /** Where each read begins. */
  positions: { conversationId: string; seq: number }[];
}

/** One statement, as it is, with the values of each time. */
export interface StatementInput {
  way: 'statement';
  rows: number;
  /** With a name it is prepared; without, planned anew each time. */
  statement: { name?: string; text: string };
  values: unknown[][];
}

export interface ReadResult {
  latency: Latencies;
  /** Reads that did not give so many rows. */
  wrong: number;
}
