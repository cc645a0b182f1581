import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { GroupMembership } from './group-membership.js';
import type { MemberView } from './group.js';
import { MemberNotFound, OwnerCannotLeave, RoleTooLow } from './groups.errors.js';
import { MembershipChanges } from './internal/membership-changes.js';
import { InviteRepository } from './persistence/invite.repository.js';
import { MemberRepository } from './persistence/member.repository.js';
import { isAtLeast, outranks } from './role.js';
import type { GrantableRole } from './role.js';

/** A member of a group, and who acts on them. */
export interface MemberTarget {
  actorId: UserId;
  groupId: GroupId;
  userId: UserId;
}

/** Members and their roles (protocol section 8): admins and up manage the roles below their own. */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MemberRepository,
    private readonly invites: InviteRepository,
    private readonly membership: GroupMembership,
    private readonly changes: MembershipChanges,
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
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: (tx) => this.requireAbove(tx, target, role),
      apply: async (tx) => {
        await this.members.updateRole(tx, groupId, userId, role);
        if (!isAtLeast(role, 'admin')) await this.invites.deleteOfCreator(tx, groupId, userId);
      },
    });
    await this.events.publish('group.member_role_changed', { groupId, userId, conversationIds });
    const member = await this.transactions.read((tx) => this.members.find(tx, groupId, userId));
    if (!member) throw new MemberNotFound();
    return member;
  }

  /** Resolves when the member's sockets are closed: no later message reaches them (protocol section 2.1). */
  async remove(target: MemberTarget): Promise<void> {
    const { actorId, groupId, userId } = target;
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: (tx) => this.requireAbove(tx, target),
      apply: (tx) => this.takeOut(tx, groupId, userId),
    });
    await this.events.publish('group.member_removed', { groupId, userId, conversationIds });
  }

  /** @throws OwnerCannotLeave: a group always has its owner */
  async leave(userId: UserId, groupId: GroupId): Promise<void> {
    const conversationIds = await this.changes.run({
      groupId,
      actorId: userId,
      check: async (tx) => {
        if ((await this.membership.requireMember(groupId, userId, tx)) === 'owner') throw new OwnerCannotLeave();
      },
      apply: (tx) => this.takeOut(tx, groupId, userId),
    });
    await this.events.publish('group.member_removed', { groupId, userId, conversationIds });
  }

  /** Their invites go with them: whoever was removed must not come back by one of their own. */
  private async takeOut(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
    await this.members.delete(tx, groupId, userId);
    await this.invites.deleteOfCreator(tx, groupId, userId);
  }

  private async requireAbove(
    tx: Tx,
    { actorId, groupId, userId }: MemberTarget,
    granted?: GrantableRole,
  ): Promise<void> {
    const own = await this.membership.requireRole({ groupId, userId: actorId, least: 'admin' }, tx);
    const role = await this.membership.roleOf(groupId, userId, tx);
    if (role === undefined) throw new MemberNotFound();
    if (!outranks(own, role) || (granted && !outranks(own, granted))) throw new RoleTooLow();
  }
}
