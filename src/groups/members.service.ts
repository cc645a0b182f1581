import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { GroupMembership } from './group-membership.js';
import type { MemberView } from './group.js';
import { MemberNotFound, RoleTooLow } from './groups.errors.js';
import { MemberRemoval } from './internal/member-removal.js';
import { MembershipChanges } from './internal/membership-changes.js';
import type { MemberTarget } from './member-target.js';
import { isAllowed, leastRole } from './permissions.js';
import { InviteRepository } from './persistence/invite.repository.js';
import { MemberRepository } from './persistence/member.repository.js';
import { outranks } from './role.js';
import type { GrantableRole, Role } from './role.js';

/** Members and their roles (protocol section 8): whoever may, manages the roles below their own. */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MemberRepository,
    private readonly invites: InviteRepository,
    private readonly membership: GroupMembership,
    private readonly changes: MembershipChanges,
    private readonly removal: MemberRemoval,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
  ) {}

  /** In the order of joining; for members only. */
  async list(actorId: UserId, groupId: GroupId, page: PageRequest): Promise<MemberView[]> {
    await this.membership.requireMember(groupId, actorId);
    return this.transactions.read((tx) => this.members.list(tx, groupId, page));
  }

  /**
   * Both the old and the new role are below the actor's. Who may no longer invite loses the invites that they made.
   * Resolves when the member's sockets are checked.
   */
  async changeRole(target: MemberTarget, role: GrantableRole): Promise<MemberView> {
    const { actorId, groupId, userId } = target;
    const details = { from: '', to: role };
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: async (tx) => {
        details.from = await this.requireAbove(tx, target, role);
      },
      apply: async (tx) => {
        await this.members.updateRole(tx, groupId, userId, role);
        if (!isAllowed(role, 'manage_invites')) await this.invites.deleteOfCreator(tx, groupId, userId);
      },
      note: { action: 'member_role_changed', targetUserId: userId, details },
    });
    await this.events.publish('group.member_role_changed', { groupId, userId, conversationIds });
    const member = await this.transactions.read((tx) => this.members.find(tx, groupId, userId));
    if (!member) throw new MemberNotFound();
    return member;
  }

  /** Moderators and up. Resolves when the member's sockets are closed. @throws MemberNotFound, RoleTooLow */
  remove(target: MemberTarget): Promise<void> {
    return this.removal.run(target, {
      action: 'remove_members',
      apply: (_, role) => (role ? Promise.resolve() : Promise.reject(new MemberNotFound())),
      note: { action: 'member_removed' },
    });
  }

  /** The role before. */
  private async requireAbove(
    tx: Tx,
    { actorId, groupId, userId }: MemberTarget,
    granted: GrantableRole,
  ): Promise<Role> {
    const least = leastRole('change_roles');
    const own = await this.membership.requireRole({ groupId, userId: actorId, least }, tx);
    const role = await this.membership.roleOf(groupId, userId, tx);
    if (role === undefined) throw new MemberNotFound();
    if (!outranks(own, role) || !outranks(own, granted)) throw new RoleTooLow();
    return role;
  }
}
