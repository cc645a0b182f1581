import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { UserId } from '../common/ids.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { UsersService } from '../users/users.service.js';
import { OwnedRooms } from './internal/owned-rooms.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import type { RoomStanding } from './persistence/room-rule.repository.js';
import { OwnerStays, ParticipantNotFound, StandingNotFound, TooManyStandings } from './room-access.errors.js';
import type { RoomName } from './room-kind.js';
import { roomScope } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

const STANDINGS_PER_ROOM = 1000;

/** Whom a room's owner invites and removes. Both are kept with the rule, however often the room empties. */
@Injectable()
export class RoomModerationService {
  constructor(
    private readonly owned: OwnedRooms,
    private readonly rules: RoomRuleRepository,
    private readonly rooms: SignalingRooms,
    private readonly users: UsersService,
    private readonly clock: Clock,
  ) {}

  /** Also lifts a removal. @throws UserNotFound */
  async invite(room: RoomName, actorId: UserId, userId: UserId): Promise<void> {
    await this.users.getById(userId);
    await this.owned.change({
      room,
      actorId,
      apply: (tx) => this.decide(tx, room, { userId, standing: 'invited' }),
    });
  }

  /** With the rule `invitation` the user's seats in the room end. @throws StandingNotFound */
  withdraw(room: RoomName, actorId: UserId, userId: UserId): Promise<void> {
    return this.revoke(room, actorId, { userId, standing: 'invited' });
  }

  /**
   * Ends all seats of the participant's user, on every node; they do not come back before the removal is lifted. No join
   * of theirs that begins after it has resolved passes.
   *
   * @throws ParticipantNotFound, OwnerStays
   */
  async remove(room: RoomName, actorId: UserId, member: string): Promise<void> {
    await this.owned.read(room, actorId);
    const target = (await this.rooms.read(roomScope(room.kind, room.roomId))).find(
      (participant) => participant.member === member,
    );
    if (target === undefined) throw new ParticipantNotFound();
    await this.owned.change({
      room,
      actorId,
      apply: async (tx, { ownerId }) => {
        if (target.userId === ownerId) throw new OwnerStays();
        await this.decide(tx, room, { userId: target.userId, standing: 'removed' });
      },
    });
  }

  /** The user may join again, as the rule says. @throws StandingNotFound */
  lift(room: RoomName, actorId: UserId, userId: UserId): Promise<void> {
    return this.revoke(room, actorId, { userId, standing: 'removed' });
  }

  private async decide(tx: Tx, room: RoomName, standing: RoomStanding): Promise<void> {
    await this.rules.putStanding(tx, room, { ...standing, since: this.clock.date() });
    // Under the rule's lock: nobody adds one meanwhile.
    if ((await this.rules.countStandings(tx, room)) > STANDINGS_PER_ROOM)
      throw new TooManyStandings(STANDINGS_PER_ROOM);
  }

  private async revoke(room: RoomName, actorId: UserId, standing: RoomStanding): Promise<void> {
    await this.owned.change({
      room,
      actorId,
      apply: async (tx) => {
        if (!(await this.rules.deleteStanding(tx, room, standing))) throw new StandingNotFound();
      },
    });
  }
}
