import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { GroupId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { AuditLog } from './audit-log.service.js';
import { GroupMembership } from './group-membership.js';
import type { BanView } from './group.js';
import { BanNotFound, UserNotThere } from './groups.errors.js';
import { MemberRemoval } from './internal/member-removal.js';
import type { MemberTarget } from './member-target.js';
import { BanRepository } from './persistence/ban.repository.js';
import { leastRole } from './permissions.js';

/** Who may not come back: a ban outlives the membership, and no invite gets past it (protocol section 8). */
@Injectable()
export class BansService {
  constructor(
    private readonly bans: BanRepository,
    private readonly removal: MemberRemoval,
    private readonly membership: GroupMembership,
    private readonly audit: AuditLog,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
  ) {}

  /**
   * Removes the user if they are a member, of a role below the actor's; banning again changes the reason. Resolves when
   * their sockets are closed. @throws UserNotThere
   */
  async ban(target: MemberTarget, reason: string): Promise<BanView> {
    const { actorId, groupId, userId } = target;
    let ban: BanView | undefined;
    await this.removal.run(target, {
      action: 'ban',
      apply: async (tx) => {
        const row = { groupId, userId, bannedBy: actorId, reason: reason.trim(), createdAt: this.clock.date() };
        if (!(await this.bans.put(tx, row))) throw new UserNotThere();
        ban = await this.bans.find(tx, groupId, userId);
      },
      note: { action: 'user_banned', details: { reason: reason.trim() } },
    });
    if (!ban) throw new UserNotThere();
    return ban;
  }

  /** They may come back, by an invite. @throws BanNotFound */
  async lift({ actorId, groupId, userId }: MemberTarget): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.membership.holdRole(tx, { groupId, userId: actorId, least: leastRole('ban') });
      if (!(await this.bans.delete(tx, groupId, userId))) throw new BanNotFound();
      await this.audit.note(tx, { groupId, actorId, action: 'user_unbanned', targetUserId: userId });
    });
  }

  /** In the order of banning. */
  async list(userId: UserId, groupId: GroupId, page: PageRequest): Promise<BanView[]> {
    await this.membership.requireRole({ groupId, userId, least: leastRole('ban') });
    return this.transactions.read((tx) => this.bans.list(tx, groupId, page));
  }
}
