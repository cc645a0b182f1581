import { Injectable } from '@nestjs/common';
import type { MessageId, UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { Reactor } from '../message.js';

export interface Reaction {
  messageId: MessageId;
  userId: UserId;
  emoji: string;
}

const INSERT = `
  INSERT INTO message_reactions (message_id, emoji, user_id, created_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING user_id`;
const DELETE = `
  WITH gone AS (DELETE FROM message_reactions WHERE message_id = $1 AND emoji = $2 AND user_id = $3 RETURNING user_id)
  SELECT user_id FROM gone`;
const LIST = `
  SELECT r.user_id AS "userId", u.username, r.created_at AS "createdAt"
    FROM message_reactions r JOIN users u ON u.id = r.user_id
   WHERE r.message_id = $1 AND r.emoji = $2
     AND ($3::timestamptz IS NULL OR (r.created_at, r.user_id) > ($3::timestamptz, $4::uuid))
   ORDER BY r.created_at, r.user_id LIMIT $5`;

/** Who reacted with what; the messages keep the counts. */
@Injectable()
export class ReactionRepository {
  /** False: the user had done so. */
  async insert(tx: Tx, { messageId, emoji, userId }: Reaction, createdAt: Date): Promise<boolean> {
    return (await tx.query<unknown[]>(INSERT, [messageId, emoji, userId, createdAt])).length > 0;
  }

  /** False: the user had not done so. */
  async delete(tx: Tx, { messageId, emoji, userId }: Reaction): Promise<boolean> {
    return (await tx.query<unknown[]>(DELETE, [messageId, emoji, userId])).length > 0;
  }

  /** Earliest first. */
  list(tx: Tx, messageId: MessageId, emoji: string, { limit, after }: PageRequest): Promise<Reactor[]> {
    return tx.query<Reactor[]>(LIST, [messageId, emoji, after?.at ?? null, after?.id ?? null, limit]);
  }
}
