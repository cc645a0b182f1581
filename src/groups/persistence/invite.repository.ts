import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { InviteView } from '../group.js';
import { GroupInvite } from './group-invite.entity.js';

@Injectable()
export class InviteRepository {
  async insert(tx: Tx, invite: GroupInvite): Promise<void> {
    await tx.insert(GroupInvite, invite);
  }

  find(tx: Tx, code: string): Promise<GroupInvite | null> {
    return tx.findOneBy(GroupInvite, { code });
  }

  /** In the order of making, expired and used up ones too. */
  list(tx: Tx, groupId: GroupId, { limit, after }: PageRequest): Promise<InviteView[]> {
    return tx.query<InviteView[]>(
      `SELECT code, group_id AS "groupId", created_by AS "createdBy", expires_at AS "expiresAt",
              max_uses AS "maxUses", uses, created_at AS "createdAt"
         FROM group_invites
        WHERE group_id = $1 AND ($2::timestamptz IS NULL OR (created_at, code) > ($2, $3))
        ORDER BY created_at, code LIMIT $4`,
      [groupId, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  /** Counts one use if there is one left; the conditional write decides between those who come at once. */
  async use(tx: Tx, code: string, now: Date): Promise<boolean> {
    const { affected } = await tx
      .createQueryBuilder()
      .update(GroupInvite)
      .set({ uses: () => 'uses + 1' })
      .where('code = :code AND (expires_at IS NULL OR expires_at > :now)', { code, now })
      .andWhere('(max_uses IS NULL OR uses < max_uses)')
      .execute();
    return affected === 1;
  }

  async deleteOfCreator(tx: Tx, groupId: GroupId, createdBy: UserId): Promise<void> {
    await tx.delete(GroupInvite, { groupId, createdBy });
  }

  async delete(tx: Tx, code: string): Promise<boolean> {
    const { affected } = await tx.delete(GroupInvite, { code });
    return affected === 1;
  }
}
