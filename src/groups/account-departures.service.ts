import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { GroupMembership } from './group-membership.js';
import { GroupNotFound } from './groups.errors.js';
import { MemberRemoval } from './internal/member-removal.js';
import { MembershipChanges } from './internal/membership-changes.js';
import { GroupRepository } from './persistence/group.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

/** How a user who leaves the server leaves its groups. */
@Injectable()
export class AccountDepartures {
  constructor(
    private readonly groups: GroupRepository,
    private readonly members: MemberRepository,
    private readonly membership: GroupMembership,
    private readonly removal: MemberRemoval,
    private readonly changes: MembershipChanges,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** The groups with other members that the user must hand over or delete first. */
  listOwnedWithOthers(tx: Tx, userId: UserId): Promise<GroupId[]> {
    return this.members.listOwnedWithOthers(tx, userId);
  }

  /** May be repeated, on any node. What the user owns all the same, by a request that was under way, gets another owner. */
  async leaveAll(userId: UserId): Promise<void> {
    for (const groupId of await this.transactions.read((tx) => this.members.listGroups(tx, userId))) {
      try {
        await this.leave(userId, groupId);
      } catch (error) {
        // Removed, or the group deleted, meanwhile.
        if (!(error instanceof GroupNotFound)) throw error;
      }
    }
  }

  private async leave(userId: UserId, groupId: GroupId): Promise<void> {
    let heir: UserId | undefined;
    const conversationIds = await this.changes.run({
      groupId,
      actorId: userId,
      check: async (tx) => {
        await this.membership.requireMember(groupId, userId, tx);
        heir = await this.members.findHeir(tx, groupId, userId);
      },
      apply: async (tx) => {
        if (heir === undefined) {
          await this.groups.delete(tx, groupId);
          return;
        }
        const role = await this.membership.roleOf(groupId, userId, tx);
        await this.removal.takeOut(tx, groupId, userId);
        if (role === 'owner') await this.handOver(tx, groupId, heir);
      },
    });
    if (heir === undefined) await this.events.publish('group.deleted', { groupId, conversationIds });
    else await this.events.publish('group.member_removed', { groupId, userId, conversationIds });
  }

  private async handOver(tx: Tx, groupId: GroupId, heir: UserId): Promise<void> {
    await this.members.updateRole(tx, groupId, heir, 'owner');
    await this.groups.update(tx, groupId, { ownerId: heir, updatedAt: this.clock.date() });
  }
}
