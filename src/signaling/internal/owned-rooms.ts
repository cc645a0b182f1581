import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../common/domain-events.js';
import type { UserId } from '../../common/ids.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { isAtLeast } from '../../groups/role.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { RoomRuleRepository } from '../persistence/room-rule.repository.js';
import { NotRoomOwner } from '../room-access.errors.js';
import type { RoomName } from '../room-kind.js';
import type { RoomRule } from '../room-rule.js';

export interface OwnedChange<T> {
  room: RoomName;
  actorId: UserId;
  /** Before the rule is locked: locks of other tables come first, always in this order. */
  prepare?: (tx: Tx) => Promise<void>;
  apply: (tx: Tx, rule: RoomRule) => Promise<T>;
}

/** How everything that only a room's owner may do is done: one at a time for each room, and told to all nodes. */
@Injectable()
export class OwnedRooms {
  constructor(
    private readonly rules: RoomRuleRepository,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Resolves when the seats of this node that the change takes away are gone.
   *
   * @throws NotRoomOwner also when nobody owns the room
   */
  async change<T>({ room, actorId, prepare, apply }: OwnedChange<T>): Promise<T> {
    const outcome = await this.transactions.run(async (tx) => {
      await prepare?.(tx);
      return apply(tx, await this.requireOwned(tx, await this.rules.lock(tx, room), actorId));
    });
    await this.events.publish('room.access_changed', { ...room });
    return outcome;
  }

  /** The rule, for its owner and, where it is a group's, for the group's admins. @throws NotRoomOwner */
  read(room: RoomName, actorId: UserId): Promise<RoomRule> {
    return this.transactions.read(async (tx) => this.requireOwned(tx, await this.rules.find(tx, room), actorId));
  }

  private async requireOwned(tx: Tx, rule: RoomRule | undefined, actorId: UserId): Promise<RoomRule> {
    if (rule === undefined) throw new NotRoomOwner();
    if (rule.ownerId === actorId) return rule;
    const role = rule.groupId === null ? undefined : await this.membership.roleOf(rule.groupId, actorId, tx);
    if (role === undefined || !isAtLeast(role, 'admin')) throw new NotRoomOwner();
    return rule;
  }
}
