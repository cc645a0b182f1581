import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { GroupId, UserId } from '../common/ids.js';
import { GroupMembership } from '../groups/group-membership.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { OwnedRooms } from './internal/owned-rooms.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import type { RoomStanding } from './persistence/room-rule.repository.js';
import { NotRoomOwner, TooManyRules } from './room-access.errors.js';
import type { RoomName } from './room-kind.js';
import type { RoomAccessRule, RoomRule } from './room-rule.js';
import { roomScope } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

const RULES_PER_OWNER = 1000;

export interface RuleDraft {
  access: RoomAccessRule;
  /** With `group`. */
  groupId: GroupId | null;
  /** Left out, it stays as it is. */
  locked?: boolean | undefined;
}

export interface RuleView extends RoomRule {
  standings: RoomStanding[];
}

/** The owner's rule of who joins a room, a meeting or a call, for its owner and, where it is a group's, that group's admins. */
@Injectable()
export class RoomRulesService {
  constructor(
    private readonly owned: OwnedRooms,
    private readonly rules: RoomRuleRepository,
    private readonly rooms: SignalingRooms,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
  ) {}

  /** @throws NotRoomOwner */
  async get(room: RoomName, actorId: UserId): Promise<RuleView> {
    const rule = await this.owned.read(room, actorId);
    return this.transactions.read((tx) => this.view(tx, room, rule));
  }

  /**
   * Whoever sets the first rule owns the room; they must find it empty, or have been there before all others.
   *
   * @throws NotRoomOwner
   * @throws GroupNotFound when the actor is no member of the group that is to be admitted
   */
  async set(room: RoomName, actorId: UserId, draft: RuleDraft): Promise<RuleView> {
    const isNew = (await this.transactions.read((tx) => this.rules.find(tx, room))) === undefined;
    if (isNew) await this.requireFirstComer(room, actorId);
    return this.owned.change({
      room,
      actorId,
      prepare: async (tx) => {
        const { groupId } = draft;
        if (groupId !== null) await this.membership.holdRole(tx, { groupId, userId: actorId, least: 'member' });
        if (isNew) await this.claim(tx, room, actorId, draft);
      },
      apply: async (tx, rule) => {
        const { access, groupId, locked = rule.locked } = draft;
        const changes = { access, groupId, locked, updatedAt: this.clock.date() };
        await this.rules.update(tx, room, changes);
        return this.view(tx, room, { ...rule, ...changes });
      },
    });
  }

  /** Whoever comes is refused, but for the owner; those who are there stay. No join that begins after it has resolved passes. */
  async lock(room: RoomName, actorId: UserId, locked: boolean): Promise<void> {
    await this.owned.change({
      room,
      actorId,
      apply: (tx) => this.rules.update(tx, room, { locked, updatedAt: this.clock.date() }),
    });
  }

  /** Gives the room up: it is open to everyone again, and anybody may come to own it. */
  async clear(room: RoomName, actorId: UserId): Promise<void> {
    await this.owned.change({ room, actorId, apply: (tx) => this.rules.delete(tx, room) });
  }

  private async requireFirstComer(room: RoomName, actorId: UserId): Promise<void> {
    const [first] = await this.rooms.read(roomScope(room.kind, room.roomId));
    if (first !== undefined && first.userId !== actorId) throw new NotRoomOwner();
  }

  /** Of two who claim at once, the database takes one; the other one is then no owner. */
  private async claim(tx: Tx, room: RoomName, ownerId: UserId, { access, groupId }: RuleDraft): Promise<void> {
    if ((await this.rules.countOwnedBy(tx, ownerId)) >= RULES_PER_OWNER) throw new TooManyRules(RULES_PER_OWNER);
    const now = this.clock.date();
    await this.rules.insert(tx, room, { ownerId, access, groupId, locked: false, createdAt: now, updatedAt: now });
  }

  private async view(tx: Tx, room: RoomName, rule: RoomRule): Promise<RuleView> {
    return { ...rule, standings: await this.rules.listStandings(tx, room) };
  }
}
