import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { DmView } from '../dm.js';
import { Dm } from './dm.entity.js';

interface Row {
  conversation_id: ConversationId;
  other_id: UserId;
  username: string;
  last_seq: string;
  created_at: Date;
}

type PreparedRow = Omit<Row, 'created_at'> & { created_at: string };

const VIEW = `SELECT d.conversation_id, u.id AS other_id, u.username, c.last_seq, c.created_at
  FROM dms d JOIN conversations c ON c.id = d.conversation_id
  JOIN users u ON u.id = CASE WHEN d.user_low_id = $1 THEN d.user_high_id ELSE d.user_low_id END`;

const OF_PAIR = statement(`${VIEW} WHERE d.user_low_id = $2 AND d.user_high_id = $3`);

@Injectable()
export class DmRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  async findOfPair(userId: UserId, otherId: UserId): Promise<DmView | undefined> {
    const [row] = await this.prepared.objects<PreparedRow>(OF_PAIR, [userId, ...pair(userId, otherId)]);
    return row && viewOf({ ...row, created_at: new Date(row.created_at) });
  }

  /** False when the pair has one already: the unique index decides the race. */
  async insert(tx: Tx, conversationId: ConversationId, userId: UserId, otherId: UserId): Promise<boolean> {
    const [userLowId, userHighId] = pair(userId, otherId);
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(Dm)
      .values({ conversationId, userLowId, userHighId })
      .orIgnore()
      .returning('conversation_id')
      .execute();
    return (inserted.raw as unknown[]).length > 0;
  }

  /** The other side of a conversation for this user; undefined when it is none of theirs. */
  async findOther(tx: Tx, conversationId: ConversationId, userId: UserId): Promise<DmView | undefined> {
    const rows = await tx.query<Row[]>(
      `${VIEW} WHERE d.conversation_id = $2 AND $1 IN (d.user_low_id, d.user_high_id)`,
      [userId, conversationId],
    );
    return rows[0] && viewOf(rows[0]);
  }

  async sidesOf(tx: Tx, conversationId: ConversationId): Promise<UserId[]> {
    const dm = await tx.findOneBy(Dm, { conversationId });
    return dm ? [dm.userLowId, dm.userHighId] : [];
  }

  /** Those with messages, latest made first. */
  async list(tx: Tx, userId: UserId, after: { at: Date; id: string } | undefined, limit: number): Promise<DmView[]> {
    const rows = await tx.query<Row[]>(
      `${VIEW} WHERE $1 IN (d.user_low_id, d.user_high_id) AND c.last_seq > 0
         AND ($2::timestamptz IS NULL OR (c.created_at, c.id) < ($2, $3::uuid))
       ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
      [userId, after?.at ?? null, after?.id ?? null, limit],
    );
    return rows.map(viewOf);
  }
}

function pair(a: UserId, b: UserId): [UserId, UserId] {
  return a < b ? [a, b] : [b, a];
}

function viewOf(row: Row): DmView {
  return {
    conversationId: row.conversation_id,
    otherUserId: row.other_id,
    otherUsername: row.username,
    lastSeq: Number(row.last_seq),
    createdAt: row.created_at,
  };
}
