import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { GroupView } from '../group.js';
import { Group } from './group.entity.js';

// A group's channels and their messages go with it in one statement, by the foreign keys' cascades.
const DELETE_TIMEOUT = '60s';

const VIEW = `
  SELECT g.id, g.name, g.description, g.owner_id AS "ownerId", m.role, m.joined_at AS "joinedAt",
         (SELECT count(*)::int FROM group_members c WHERE c.group_id = g.id) AS "memberCount",
         g.created_at AS "createdAt", g.updated_at AS "updatedAt"
    FROM group_members m JOIN groups g ON g.id = m.group_id
   WHERE m.user_id = $1`;

@Injectable()
export class GroupRepository {
  async insert(tx: Tx, group: Group): Promise<void> {
    await tx.insert(Group, group);
  }

  async findForMember(tx: Tx, groupId: GroupId, userId: UserId): Promise<GroupView | undefined> {
    const [row] = await tx.query<GroupView[]>(`${VIEW} AND m.group_id = $2`, [userId, groupId]);
    return row;
  }

  /** The user's groups in the order of joining. */
  listForMember(tx: Tx, userId: UserId, { limit, after }: PageRequest): Promise<GroupView[]> {
    return tx.query<GroupView[]>(
      `${VIEW} AND ($2::timestamptz IS NULL OR (m.joined_at, m.group_id) > ($2, $3::uuid))
        ORDER BY m.joined_at, m.group_id LIMIT $4`,
      [userId, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  /**
   * Takes the lock that orders all changes of a group's members and its deletion; whoever adds a member or a channel
   * waits for it by the foreign key. False when the actor is no member: a stranger can hold up nobody.
   */
  async lockForMember(tx: Tx, groupId: GroupId, actorId: UserId): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM groups g
        WHERE g.id = $1 AND EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = g.id AND m.user_id = $2)
          FOR UPDATE OF g`,
      [groupId, actorId],
    );
    return rows.length > 0;
  }

  /** Keeps the group's members and roles as they are until `tx` ends, shared with others who do the same. False: no such group. */
  async hold(tx: Tx, groupId: GroupId): Promise<boolean> {
    const rows = await tx.query<unknown[]>('SELECT 1 FROM groups WHERE id = $1 FOR KEY SHARE', [groupId]);
    return rows.length > 0;
  }

  async update(
    tx: Tx,
    id: GroupId,
    changes: Partial<Pick<Group, 'name' | 'description' | 'ownerId' | 'updatedAt'>>,
  ): Promise<void> {
    await tx.update(Group, { id }, changes);
  }

  async delete(tx: Tx, id: GroupId): Promise<void> {
    await tx.query(`SET LOCAL statement_timeout = '${DELETE_TIMEOUT}'`);
    await tx.delete(Group, { id });
  }
}
