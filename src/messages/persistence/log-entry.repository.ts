import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { CallEntry } from '../message.js';

export interface StorableEntry {
  id: MessageId;
  conversationId: ConversationId;
  senderId: UserId;
  call: CallEntry;
  createdAt: string;
}

// One statement, because nothing is looked up that has to be as new as the lock: the number is, as the update itself reads it.
const INSERT = `
  WITH log AS (UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $2 RETURNING last_seq, membership_version),
       entry AS (
         INSERT INTO messages (id, conversation_id, seq, rev, kind, sender_id, content, call, created_at)
         SELECT $1, $2, last_seq, last_seq, 'call', $3, '', $4, $5 FROM log)
  SELECT last_seq AS seq, membership_version AS version, (SELECT username FROM users WHERE id = $3) AS username FROM log`;

interface Row {
  seq: string;
  version: string;
  username: string;
}

/** Writes what belongs to a log and is no message that somebody sent. */
@Injectable()
export class LogEntryRepository {
  /** Undefined: there is no such log. */
  async insert(
    tx: Tx,
    { id, conversationId, senderId, call, createdAt }: StorableEntry,
  ): Promise<{ seq: number; membershipVersion: number; senderUsername: string } | undefined> {
    const [row] = await tx.query<Row[]>(INSERT, [id, conversationId, senderId, JSON.stringify(call), createdAt]);
    return row && { seq: Number(row.seq), membershipVersion: Number(row.version), senderUsername: row.username };
  }
}
