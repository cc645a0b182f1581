import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../../common/ids.js';
import type { ConversationKind } from '../../conversations/conversation.js';
import { PreparedStatements } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { ReadPosition, UnreadView } from '../unread.js';
import { HOLD, MOVE, OF_PAIRS, PAGE, START } from './unread-statements.js';

export interface Pointer {
  userId: UserId;
  conversationId: ConversationId;
  /** Of a log of another kind there is none. */
  kind?: ConversationKind | undefined;
}

@Injectable()
export class UnreadRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  /** By conversation id. */
  page(userId: UserId, after: ConversationId | undefined, limit: number): Promise<UnreadView[]> {
    return this.prepared.objects(PAGE, [userId, after ?? null, limit]);
  }

  ofPairs(pairs: readonly { userId: UserId; conversationId: ConversationId }[]): Promise<UnreadView[]> {
    const users = pairs.map(({ userId }) => userId);
    return this.prepared.objects(OF_PAIRS, [users, pairs.map(({ conversationId }) => conversationId)]);
  }

  /** Nobody else moves it, or counts a mention for it, before `tx` has ended. Where it stands; undefined: it is none of theirs. */
  async hold(tx: Tx, pointer: Pointer): Promise<number | undefined> {
    const { conversationId, userId, kind } = pointer;
    const held = await find(tx, pointer);
    if (held !== undefined) return held;
    await tx.query(START, [conversationId, userId, kind ?? null]);
    return find(tx, pointer);
  }

  /** Of a pointer that is held. Undefined: it is none of theirs any more. */
  async move(tx: Tx, { conversationId, userId, kind }: Pointer, seq: number): Promise<ReadPosition | undefined> {
    const values = [conversationId, userId, kind ?? null, seq];
    const [rows] = await tx.query<[{ last_read_seq: string; mention_count: number }[], number]>(MOVE, values);
    return rows[0] && { lastReadSeq: Number(rows[0].last_read_seq), mentionCount: rows[0].mention_count };
  }
}

async function find(tx: Tx, { conversationId, userId }: Pointer): Promise<number | undefined> {
  const rows = await tx.query<{ last_read_seq: string }[]>(HOLD, [conversationId, userId]);
  return rows[0] && Number(rows[0].last_read_seq);
}
