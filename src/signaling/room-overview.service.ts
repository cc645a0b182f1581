import { Injectable } from '@nestjs/common';
import type { UserId } from '../common/ids.js';
import { GroupMembership } from '../groups/group-membership.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { boundGroup } from './internal/bound-group.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { RoomNotFound } from './room-access.errors.js';
import type { RoomName } from './room-kind.js';
import { allows } from './room-rule.js';
import type { RoomRule } from './room-rule.js';
import { roomScope } from './room-seat.js';
import type { RoomParticipant } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

export interface RoomOverview {
  /** By order. */
  participants: readonly RoomParticipant[];
  /** When the first of those came in whose room this still is; undefined: nobody is there. */
  since: Date | undefined;
  /** Undefined: nobody owns the room, and everyone may join. */
  rule: RoomRule | undefined;
}

/** What a room looks like to those who may join it. */
@Injectable()
export class RoomOverviewService {
  constructor(
    private readonly rules: RoomRuleRepository,
    private readonly rooms: SignalingRooms,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
  ) {}

  /** @throws RoomNotFound when nobody is there and nobody owns it, and for those who may not join it */
  async get(room: RoomName, { userId, guest = false }: { userId: UserId; guest?: boolean }): Promise<RoomOverview> {
    const [ruling, rule, { participants, since }] = await Promise.all([
      this.rules.rulingOn({ ...room, userId }),
      this.transactions.read((tx) => this.rules.find(tx, room)),
      this.rooms.describe(roomScope(room.kind, room.roomId)),
    ]);
    const isClosed = ruling !== undefined && (!allows(ruling) || (guest && ruling.access !== 'anyone'));
    const isNowhere = rule === undefined && participants.length === 0;
    if (isClosed || isNowhere) throw new RoomNotFound();
    const groupId = boundGroup(room, participants);
    if (groupId !== undefined && !(await this.membership.isMember(groupId, userId))) throw new RoomNotFound();
    return { participants, since, rule };
  }
}
