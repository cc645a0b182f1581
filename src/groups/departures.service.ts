import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import { GroupMembership } from './group-membership.js';
import type { GroupView } from './group.js';
import { AlreadyOwner, GroupNotFound, MemberNotFound, OwnerCannotLeave } from './groups.errors.js';
import { MemberRemoval } from './internal/member-removal.js';
import { MembershipChanges } from './internal/membership-changes.js';
import type { MemberTarget } from './member-target.js';
import { leastRole } from './permissions.js';
import { GroupRepository } from './persistence/group.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

/** How members go of their own will, and how owners pass on what they have (protocol section 8). */
@Injectable()
export class DeparturesService {
  constructor(
    private readonly groups: GroupRepository,
    private readonly members: MemberRepository,
    private readonly membership: GroupMembership,
    private readonly removal: MemberRemoval,
    private readonly changes: MembershipChanges,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the user's sockets are closed. With its last member, the group goes.
   *
   * @throws OwnerCannotLeave while there are others: a group always has its owner
   */
  async leave(userId: UserId, groupId: GroupId): Promise<void> {
    const group = { isLeftBehind: true };
    const conversationIds = await this.changes.run({
      groupId,
      actorId: userId,
      check: async (tx) => {
        const role = await this.membership.requireMember(groupId, userId, tx);
        group.isLeftBehind = (await this.members.count(tx, groupId)) > 1;
        if (role === 'owner' && group.isLeftBehind) throw new OwnerCannotLeave();
      },
      apply: (tx) => (group.isLeftBehind ? this.removal.takeOut(tx, groupId, userId) : this.groups.delete(tx, groupId)),
    });
    if (group.isLeftBehind) await this.events.publish('group.member_removed', { groupId, userId, conversationIds });
    else await this.events.publish('group.deleted', { groupId, conversationIds });
  }

  /** The owner becomes an admin, and the member the owner. @throws MemberNotFound, AlreadyOwner */
  async transfer({ actorId, groupId, userId }: MemberTarget): Promise<GroupView> {
    let group: GroupView | undefined;
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: async (tx) => {
        await this.membership.requireRole({ groupId, userId: actorId, least: leastRole('transfer_group') }, tx);
        if (actorId === userId) throw new AlreadyOwner();
        if (!(await this.members.holdActive(tx, groupId, userId))) throw new MemberNotFound();
      },
      apply: async (tx) => {
        await this.members.updateRole(tx, groupId, actorId, 'admin');
        await this.members.updateRole(tx, groupId, userId, 'owner');
        await this.groups.update(tx, groupId, { ownerId: userId, updatedAt: this.clock.date() });
        group = await this.groups.findForMember(tx, groupId, actorId);
      },
      note: { action: 'group_transferred', targetUserId: userId },
    });
    for (const member of [userId, actorId])
      await this.events.publish('group.member_role_changed', { groupId, userId: member, conversationIds });
    await this.events.publish('group.updated', { groupId });
    if (!group) throw new GroupNotFound();
    return group;
  }
}
