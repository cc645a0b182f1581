import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import { GroupId, Ids } from '../common/ids.js';
import type { UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { AuditLog } from './audit-log.service.js';
import { GroupMembership } from './group-membership.js';
import type { GroupView } from './group.js';
import { GroupNotFound } from './groups.errors.js';
import { leastRole } from './permissions.js';
import { GroupRepository } from './persistence/group.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

export interface GroupDraft {
  name: string;
  description?: string | undefined;
}

@Injectable()
export class GroupsService {
  constructor(
    private readonly groups: GroupRepository,
    private readonly members: MemberRepository,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The creator is its owner. */
  async create(userId: UserId, draft: GroupDraft): Promise<GroupView> {
    const now = this.clock.date();
    const group = {
      id: this.ids.next<GroupId>(),
      name: draft.name.trim(),
      description: (draft.description ?? '').trim(),
      ownerId: userId,
      createdAt: now,
      updatedAt: now,
    };
    await this.transactions.run(async (tx) => {
      await this.groups.insert(tx, group);
      await this.members.insert(tx, { groupId: group.id, userId, role: 'owner', joinedAt: now });
    });
    return { ...group, role: 'owner', joinedAt: now, memberCount: 1 };
  }

  /** The groups that the user is a member of, in the order of joining. */
  list(userId: UserId, page: PageRequest): Promise<GroupView[]> {
    return this.transactions.read((tx) => this.groups.listForMember(tx, userId, page));
  }

  /** @throws GroupNotFound for a stranger too */
  get(userId: UserId, groupId: GroupId): Promise<GroupView> {
    return this.transactions.read((tx) => this.view(tx, groupId, userId));
  }

  /** Changes what is given and leaves the rest; admins and up. */
  async update(userId: UserId, groupId: GroupId, changes: Partial<GroupDraft>): Promise<GroupView> {
    const group = await this.transactions.run(async (tx) => {
      await this.membership.holdRole(tx, { groupId, userId, least: leastRole('update_group') });
      const details = {
        ...(changes.name === undefined ? {} : { name: changes.name.trim() }),
        ...(changes.description === undefined ? {} : { description: changes.description.trim() }),
      };
      await this.groups.update(tx, groupId, { ...details, updatedAt: this.clock.date() });
      await this.audit.note(tx, { groupId, actorId: userId, action: 'group_updated', details });
      return this.view(tx, groupId, userId);
    });
    await this.events.publish('group.updated', { groupId });
    return group;
  }

  private async view(tx: Tx, groupId: GroupId, userId: UserId): Promise<GroupView> {
    const group = await this.groups.findForMember(tx, groupId, userId);
    if (!group) throw new GroupNotFound();
    return group;
  }
}
