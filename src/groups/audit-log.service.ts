import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Ids } from '../common/ids.js';
import type { AuditEntryId, GroupId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import type { AuditEntryView, AuditNote } from './audit-entry.js';
import { GroupMembership } from './group-membership.js';
import { AuditEntryRepository } from './persistence/audit-entry.repository.js';
import { leastRole } from './permissions.js';

/** What was done in a group with the power of a role: for every module that guards something of a group. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly entries: AuditEntryRepository,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** In the transaction that does it, so that nothing is done without a trace, or noted and not done. */
  async note(tx: Tx, { targetUserId, targetId, details, ...what }: AuditNote): Promise<void> {
    await this.entries.insert(tx, {
      id: this.ids.next<AuditEntryId>(),
      ...what,
      targetUserId: targetUserId ?? null,
      targetId: targetId ?? null,
      details: details ?? {},
      createdAt: this.clock.date(),
    });
  }

  /** Newest first; admins and up. */
  async list(userId: UserId, groupId: GroupId, page: PageRequest): Promise<AuditEntryView[]> {
    await this.membership.requireRole({ groupId, userId, least: leastRole('read_audit_log') });
    return this.transactions.read((tx) => this.entries.list(tx, groupId, page));
  }
}
