import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../common/domain-events.js';
import type { GroupId, UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { AuditNote } from '../audit-entry.js';
import { GroupMembership } from '../group-membership.js';
import { RoleTooLow } from '../groups.errors.js';
import type { MemberTarget } from '../member-target.js';
import { InviteRepository } from '../persistence/invite.repository.js';
import { MemberRepository } from '../persistence/member.repository.js';
import { leastRole } from '../permissions.js';
import type { Action } from '../permissions.js';
import { outranks } from '../role.js';
import type { Role } from '../role.js';
import { MembershipChanges } from './membership-changes.js';

interface Removal {
  /** What the actor must be allowed to do; a member's role must be below theirs besides. */
  action: Action;
  /** What else happens in the transaction; the role is undefined for who is no member. */
  apply: (tx: Tx, role: Role | undefined) => Promise<void>;
  note: Pick<AuditNote, 'action' | 'details'>;
}

/** How a user goes against their will: a kick, or a ban. */
@Injectable()
export class MemberRemoval {
  constructor(
    private readonly members: MemberRepository,
    private readonly invites: InviteRepository,
    private readonly membership: GroupMembership,
    private readonly changes: MembershipChanges,
    private readonly events: DomainEvents,
  ) {}

  /** Resolves when the user's sockets are closed: no later message reaches them (protocol section 2.1). */
  async run({ actorId, groupId, userId }: MemberTarget, { action, apply, note }: Removal): Promise<void> {
    let role: Role | undefined;
    const conversationIds = await this.changes.run({
      groupId,
      actorId,
      check: async (tx) => {
        const own = await this.membership.requireRole({ groupId, userId: actorId, least: leastRole(action) }, tx);
        role = await this.membership.roleOf(groupId, userId, tx);
        if (actorId === userId || (role && !outranks(own, role))) throw new RoleTooLow();
      },
      apply: async (tx) => {
        await apply(tx, role);
        await this.takeOut(tx, groupId, userId);
      },
      note: { ...note, targetUserId: userId },
    });
    if (role) await this.events.publish('group.member_removed', { groupId, userId, conversationIds });
  }

  /** Their invites go with them: whoever was removed must not come back by one of their own. */
  async takeOut(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
    await this.members.delete(tx, groupId, userId);
    await this.invites.deleteOfCreator(tx, groupId, userId);
  }
}
