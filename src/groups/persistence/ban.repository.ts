import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { BanView } from '../group.js';
import { GroupBan } from './group-ban.entity.js';

const VIEW = `
  SELECT b.user_id AS "userId", u.username, b.banned_by AS "bannedBy", b.reason, b.created_at AS "createdAt"
    FROM group_bans b JOIN users u ON u.id = b.user_id
   WHERE b.group_id = $1`;

@Injectable()
export class BanRepository {
  /** A ban that there is already gets the new reason. False when there is no such user, or they have left. */
  async put(tx: Tx, ban: GroupBan): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO group_bans (group_id, user_id, banned_by, reason, created_at)
       SELECT $1, u.id, $3, $4, $5 FROM users u WHERE u.id = $2 AND u.deactivated_at IS NULL
       ON CONFLICT (group_id, user_id) DO UPDATE SET banned_by = excluded.banned_by, reason = excluded.reason
       RETURNING 1`,
      [ban.groupId, ban.userId, ban.bannedBy, ban.reason, ban.createdAt],
    );
    return rows.length > 0;
  }

  async find(tx: Tx, groupId: GroupId, userId: UserId): Promise<BanView | undefined> {
    const [row] = await tx.query<BanView[]>(`${VIEW} AND b.user_id = $2`, [groupId, userId]);
    return row;
  }

  exists(tx: Tx, groupId: GroupId, userId: UserId): Promise<boolean> {
    return tx.existsBy(GroupBan, { groupId, userId });
  }

  /** In the order of banning. */
  list(tx: Tx, groupId: GroupId, { limit, after }: PageRequest): Promise<BanView[]> {
    return tx.query<BanView[]>(
      `${VIEW} AND ($2::timestamptz IS NULL OR (b.created_at, b.user_id) > ($2, $3::uuid))
        ORDER BY b.created_at, b.user_id LIMIT $4`,
      [groupId, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  async delete(tx: Tx, groupId: GroupId, userId: UserId): Promise<boolean> {
    const { affected } = await tx.delete(GroupBan, { groupId, userId });
    return affected === 1;
  }
}
