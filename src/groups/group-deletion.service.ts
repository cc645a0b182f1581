import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import { GroupMembership } from './group-membership.js';
import { MembershipChanges } from './internal/membership-changes.js';
import { leastRole } from './permissions.js';
import { GroupRepository } from './persistence/group.repository.js';

@Injectable()
export class GroupDeletionService {
  constructor(
    private readonly groups: GroupRepository,
    private readonly membership: GroupMembership,
    private readonly changes: MembershipChanges,
    private readonly events: DomainEvents,
  ) {}

  /** Deletes a group with its channels and their messages; the owner alone. Resolves when its sockets are told. */
  async delete(actorId: UserId, groupId: GroupId): Promise<void> {
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: async (tx) => {
        await this.membership.requireRole({ groupId, userId: actorId, least: leastRole('delete_group') }, tx);
      },
      apply: (tx) => this.groups.delete(tx, groupId),
    });
    await this.events.publish('group.deleted', { groupId, conversationIds });
  }
}
