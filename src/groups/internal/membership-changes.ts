import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { AuditLog } from '../audit-log.service.js';
import type { AuditNote } from '../audit-entry.js';
import { GroupNotFound } from '../groups.errors.js';
import { MembershipFence } from '../membership-fence.js';
import { GroupRepository } from '../persistence/group.repository.js';

export interface MembershipChange {
  groupId: GroupId;
  actorId: UserId;
  /** Throws when the actor may not; reads under the group's lock, so that what it sees stays so. */
  check: (tx: Tx) => Promise<void>;
  apply: (tx: Tx) => Promise<void>;
  /** What the audit log says of it; nothing of what members do to themselves. */
  note?: Pick<AuditNote, 'action' | 'targetUserId' | 'details'>;
}

/** How everything that takes rights away is done: one at a time in a group, and with its logs stopped. */
@Injectable()
export class MembershipChanges {
  constructor(
    private readonly groups: GroupRepository,
    private readonly fence: MembershipFence,
    private readonly audit: AuditLog,
    private readonly transactions: TransactionRunner,
  ) {}

  /**
   * Returns the group's conversations, for the event that the caller publishes after the commit.
   *
   * @throws GroupNotFound when the actor is no member
   */
  run({ groupId, actorId, check, apply, note }: MembershipChange): Promise<ConversationId[]> {
    return this.transactions.run(async (tx) => {
      if (!(await this.groups.lockForMember(tx, groupId, actorId))) throw new GroupNotFound();
      await check(tx);
      const conversationIds = await this.fence.raise(tx, groupId);
      await apply(tx);
      if (note) await this.audit.note(tx, { groupId, actorId, ...note });
      return conversationIds;
    });
  }
}
