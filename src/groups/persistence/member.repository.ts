import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { Membership, MemberView } from '../group.js';
import { ROLES } from '../role.js';
import type { Role } from '../role.js';
import { GroupMember } from './group-member.entity.js';

// Names come along by the foreign key: a read may join what it points to, a write goes through the owner's module.
const VIEW = `
  SELECT m.user_id AS "userId", u.username, m.role, m.joined_at AS "joinedAt"
    FROM group_members m JOIN users u ON u.id = m.user_id
   WHERE m.group_id = $1`;

@Injectable()
export class MemberRepository {
  /** False when the user is a member already. */
  async insert(tx: Tx, member: GroupMember): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO group_members (group_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (group_id, user_id) DO NOTHING RETURNING 1`,
      [member.groupId, member.userId, member.role, member.joinedAt],
    );
    return rows.length > 0;
  }

  async findRole(tx: Tx, groupId: GroupId, userId: UserId): Promise<Role | undefined> {
    const [row] = await tx.query<{ role: Role }[]>(
      'SELECT role FROM group_members WHERE group_id = $1 AND user_id = $2',
      [groupId, userId],
    );
    return row?.role;
  }

  /** Those of them that are there, in no order. */
  listAmong(tx: Tx, asked: readonly Membership[]): Promise<Membership[]> {
    return tx.query<Membership[]>(
      `SELECT group_id AS "groupId", user_id AS "userId" FROM group_members
        WHERE (group_id, user_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [asked.map(({ groupId }) => groupId), asked.map(({ userId }) => userId)],
    );
  }

  async listGroupIds(tx: Tx, userId: UserId): Promise<GroupId[]> {
    const rows = await tx.query<{ id: GroupId }[]>('SELECT group_id AS id FROM group_members WHERE user_id = $1', [
      userId,
    ]);
    return rows.map(({ id }) => id);
  }

  async find(tx: Tx, groupId: GroupId, userId: UserId): Promise<MemberView | undefined> {
    const [row] = await tx.query<MemberView[]>(`${VIEW} AND m.user_id = $2`, [groupId, userId]);
    return row;
  }

  /** In the order of joining. */
  list(tx: Tx, groupId: GroupId, { limit, after }: PageRequest): Promise<MemberView[]> {
    return tx.query<MemberView[]>(
      `${VIEW} AND ($2::timestamptz IS NULL OR (m.joined_at, m.user_id) > ($2, $3::uuid))
        ORDER BY m.joined_at, m.user_id LIMIT $4`,
      [groupId, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  async updateRole(tx: Tx, groupId: GroupId, userId: UserId, role: Role): Promise<void> {
    await tx.update(GroupMember, { groupId, userId }, { role });
  }

  count(tx: Tx, groupId: GroupId): Promise<number> {
    return tx.countBy(GroupMember, { groupId });
  }

  /** The member's role, where they have not left the server; they cannot leave it before `tx` has ended. */
  async holdActive(tx: Tx, groupId: GroupId, userId: UserId): Promise<Role | undefined> {
    const [row] = await tx.query<{ role: Role }[]>(
      `SELECT m.role FROM users u JOIN group_members m ON m.user_id = u.id
        WHERE u.id = $2 AND m.group_id = $1 AND u.deactivated_at IS NULL FOR SHARE OF u`,
      [groupId, userId],
    );
    return row?.role;
  }

  async listGroups(tx: Tx, userId: UserId): Promise<GroupId[]> {
    const rows = await tx.find(GroupMember, { select: { groupId: true }, where: { userId } });
    return rows.map(({ groupId }) => groupId);
  }

  async listOwnedWithOthers(tx: Tx, userId: UserId): Promise<GroupId[]> {
    const rows = await tx.query<{ id: GroupId }[]>(
      `SELECT g.id FROM groups g
        WHERE g.owner_id = $1 AND EXISTS (SELECT FROM group_members m WHERE m.group_id = g.id AND m.user_id <> $1)
        ORDER BY g.created_at, g.id`,
      [userId],
    );
    return rows.map(({ id }) => id);
  }

  /** Who would own the group without this user: of the highest role there is, who has been there longest. */
  async findHeir(tx: Tx, groupId: GroupId, userId: UserId): Promise<UserId | undefined> {
    const [row] = await tx.query<{ id: UserId }[]>(
      `SELECT u.id FROM group_members m JOIN users u ON u.id = m.user_id
        WHERE m.group_id = $1 AND m.user_id <> $2
        ORDER BY u.deactivated_at IS NOT NULL, array_position($3::text[], m.role), m.joined_at, u.id LIMIT 1`,
      [groupId, userId, ROLES],
    );
    return row?.id;
  }

  async delete(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
    await tx.delete(GroupMember, { groupId, userId });
  }
}
