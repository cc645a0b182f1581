import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import type { Membership } from './group.js';
import { GroupNotFound, RoleTooLow } from './groups.errors.js';
import { GroupRepository } from './persistence/group.repository.js';
import { MemberRepository } from './persistence/member.repository.js';
import { isAtLeast } from './role.js';
import type { Role } from './role.js';

export interface RoleRequirement {
  groupId: GroupId;
  userId: UserId;
  least: Role;
}

/** Who belongs to a group, and as what: for every module that guards something of a group. Never cached. */
@Injectable()
export class GroupMembership {
  constructor(
    private readonly groups: GroupRepository,
    private readonly members: MemberRepository,
    private readonly transactions: TransactionRunner,
  ) {}

  roleOf(groupId: GroupId, userId: UserId, tx?: Tx): Promise<Role | undefined> {
    return this.read((from) => this.members.findRole(from, groupId, userId), tx);
  }

  async isMember(groupId: GroupId, userId: UserId, tx?: Tx): Promise<boolean> {
    return (await this.roleOf(groupId, userId, tx)) !== undefined;
  }

  /** Those of them that there are, in no order, of any number of groups. */
  listAmong(asked: readonly Membership[]): Promise<Membership[]> {
    return this.read((from) => this.members.listAmong(from, asked));
  }

  /** The groups that the user is a member of, in no order. */
  groupsOf(userId: UserId): Promise<GroupId[]> {
    return this.read((from) => this.members.listGroupIds(from, userId));
  }

  /** @throws GroupNotFound for a stranger, as if there were no such group */
  async requireMember(groupId: GroupId, userId: UserId, tx?: Tx): Promise<Role> {
    const role = await this.roleOf(groupId, userId, tx);
    if (role === undefined) throw new GroupNotFound();
    return role;
  }

  /**
   * @throws GroupNotFound for a stranger, as if there were no such group
   * @throws RoleTooLow for a member of a lower role
   */
  async requireRole({ groupId, userId, least }: RoleRequirement, tx?: Tx): Promise<Role> {
    const role = await this.requireMember(groupId, userId, tx);
    if (!isAtLeast(role, least)) throw new RoleTooLow();
    return role;
  }

  /** As `requireRole`, and nobody's membership or role in the group changes before `tx` ends: for writes. */
  async holdRole(tx: Tx, requirement: RoleRequirement): Promise<Role> {
    await this.groups.hold(tx, requirement.groupId);
    return this.requireRole(requirement, tx);
  }

  private read<T>(query: (from: Tx) => Promise<T>, tx?: Tx): Promise<T> {
    return tx ? query(tx) : this.transactions.read(query);
  }
}
