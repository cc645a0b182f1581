import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import type { GroupId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { AuditLog } from './audit-log.service.js';
import { GroupMembership } from './group-membership.js';
import type { GroupView, InviteView } from './group.js';
import { BannedFromGroup, GroupNotFound, InviteNotFound } from './groups.errors.js';
import { makeInviteCode, parseInviteCode } from './invite-code.js';
import { leastRole } from './permissions.js';
import { BanRepository } from './persistence/ban.repository.js';
import { GroupRepository } from './persistence/group.repository.js';
import { InviteRepository } from './persistence/invite.repository.js';
import { MemberRepository } from './persistence/member.repository.js';

const DEFAULT_LIFETIME_S = 7 * 24 * 3600;

export interface InviteDraft {
  expiresInS?: number | undefined;
  /** Any number when undefined or null. */
  maxUses?: number | null | undefined;
}

@Injectable()
export class InvitesService {
  constructor(
    private readonly invites: InviteRepository,
    private readonly groups: GroupRepository,
    private readonly members: MemberRepository,
    private readonly bans: BanRepository,
    private readonly membership: GroupMembership,
    private readonly audit: AuditLog,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Admins and up. */
  create(userId: UserId, groupId: GroupId, draft: InviteDraft): Promise<InviteView> {
    const now = this.clock.date();
    const invite = {
      code: makeInviteCode(),
      groupId,
      createdBy: userId,
      uses: 0,
      maxUses: draft.maxUses ?? null,
      expiresAt: new Date(now.getTime() + (draft.expiresInS ?? DEFAULT_LIFETIME_S) * 1000),
      createdAt: now,
    };
    return this.transactions.run(async (tx) => {
      await this.membership.holdRole(tx, { groupId, userId, least: leastRole('manage_invites') });
      await this.invites.insert(tx, invite);
      const details = { code: invite.code, max_uses: invite.maxUses, expires_at: invite.expiresAt.toISOString() };
      await this.audit.note(tx, { groupId, actorId: userId, action: 'invite_created', details });
      return invite;
    });
  }

  /** Admins and up; oldest first, with those that are no longer valid. */
  async list(userId: UserId, groupId: GroupId, page: PageRequest): Promise<InviteView[]> {
    await this.membership.requireRole({ groupId, userId, least: leastRole('manage_invites') });
    return this.transactions.read((tx) => this.invites.list(tx, groupId, page));
  }

  /** Admins and up. @throws InviteNotFound, for those who are no members of its group too */
  async revoke(userId: UserId, code: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const groupId = await this.groupOf(tx, code);
      await this.requireAdmin(tx, groupId, userId);
      if (!(await this.invites.delete(tx, code))) throw new InviteNotFound();
      await this.audit.note(tx, { groupId, actorId: userId, action: 'invite_revoked', details: { code } });
    });
  }

  /**
   * Makes the user a member and counts one use. A member gets the group again, at no cost: a lost answer can be retried.
   *
   * @throws InviteNotFound when it is unknown, expired or used up, which look the same
   * @throws BannedFromGroup
   */
  async accept(userId: UserId, code: string): Promise<GroupView> {
    const { group, joined } = await this.transactions.run((tx) => this.join(tx, userId, code));
    if (joined) await this.events.publish('group.member_joined', { groupId: group.id, userId });
    return group;
  }

  private async join(tx: Tx, userId: UserId, code: string): Promise<{ group: GroupView; joined: boolean }> {
    const groupId = await this.groupOf(tx, code);
    // The group's lock comes before the invite's, as in the group's deletion, so that the two do not wait in a circle.
    if (!(await this.groups.hold(tx, groupId))) throw new InviteNotFound();
    const now = this.clock.date();
    const joined = await this.members.insert(tx, { groupId, userId, role: 'member', joinedAt: now });
    if (joined && !(await this.invites.use(tx, code, now))) throw new InviteNotFound();
    if (joined && (await this.bans.exists(tx, groupId, userId))) throw new BannedFromGroup();
    const group = await this.groups.findForMember(tx, groupId, userId);
    if (!group) throw new InviteNotFound();
    return { group, joined };
  }

  private async groupOf(tx: Tx, code: string): Promise<GroupId> {
    const invite = parseInviteCode(code) === undefined ? null : await this.invites.find(tx, code);
    if (!invite) throw new InviteNotFound();
    return invite.groupId;
  }

  private async requireAdmin(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
    try {
      await this.membership.holdRole(tx, { groupId, userId, least: leastRole('manage_invites') });
    } catch (error) {
      if (error instanceof GroupNotFound) throw new InviteNotFound();
      throw error;
    }
  }
}
