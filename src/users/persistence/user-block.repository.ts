import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { UserBlock } from './user-block.entity.js';
import { User } from './user.entity.js';

export interface BlockedUserView {
  userId: UserId;
  username: string;
  createdAt: Date;
}

const BETWEEN = statement(
  `SELECT EXISTS (SELECT FROM user_blocks WHERE blocker_id = $1 AND blocked_id = $2)
       OR EXISTS (SELECT FROM user_blocks WHERE blocker_id = $2 AND blocked_id = $1)`,
);

@Injectable()
export class UserBlockRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  async lockUser(tx: Tx, id: UserId): Promise<boolean> {
    const where = { id, deactivatedAt: IsNull() };
    return (await tx.findOne(User, { select: { id: true }, where, lock: { mode: 'for_no_key_update' } })) !== null;
  }

  isThere(tx: Tx, id: UserId): Promise<boolean> {
    return tx.existsBy(User, { id, deactivatedAt: IsNull() });
  }

  /** False when there is one already. */
  async insert(tx: Tx, { blockerId, blockedId, createdAt }: UserBlock): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO user_blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [blockerId, blockedId, createdAt],
    );
    return rows.length > 0;
  }

  count(tx: Tx, blockerId: UserId): Promise<number> {
    return tx.countBy(UserBlock, { blockerId });
  }

  async delete(tx: Tx, blockerId: UserId, blockedId: UserId): Promise<boolean> {
    const { affected } = await tx.delete(UserBlock, { blockerId, blockedId });
    return affected === 1;
  }

  list(tx: Tx, blockerId: UserId, { limit, after }: PageRequest): Promise<BlockedUserView[]> {
    return tx.query<BlockedUserView[]>(
      `SELECT b.blocked_id AS "userId", u.username, b.created_at AS "createdAt"
         FROM user_blocks b JOIN users u ON u.id = b.blocked_id
        WHERE b.blocker_id = $1 AND ($2::timestamptz IS NULL OR (b.created_at, b.blocked_id) > ($2, $3::uuid))
        ORDER BY b.created_at, b.blocked_id LIMIT $4`,
      [blockerId, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  async isBetween(a: UserId, b: UserId): Promise<boolean> {
    const [row] = await this.prepared.arrays<[boolean]>(BETWEEN, [a, b]);
    return row?.[0] ?? false;
  }
}
