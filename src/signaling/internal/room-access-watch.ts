import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { DomainEvents } from '../../common/domain-events.js';
import { RoomRuleRepository } from '../persistence/room-rule.repository.js';
import { roomOf } from '../room-kind.js';
import type { RoomName } from '../room-kind.js';
import { allows } from '../room-rule.js';
import { roomScope } from '../room-seat.js';
import { SignalingRooms } from '../signaling-rooms.js';
import type { SeatHere } from '../signaling-rooms.js';

/** A removal that no notification told of counts within 5 s. */
const CHECK_MS = 4000;

interface RuledSeat extends SeatHere {
  room: RoomName;
}

interface EnteredSeat extends RuledSeat {
  replaced: boolean;
}

/**
 * Sends out of this node's rooms whoever may not be there. It goes by what Postgres says: at once when a rule or a group is
 * said to have changed, every few seconds because word of that may be lost, and once for each who has entered: a lock or a
 * removal that was stored after they were admitted counts for them.
 */
@Injectable()
export class RoomAccessWatch implements OnModuleInit, OnApplicationShutdown {
  private stops: Cancel[] = [];
  /** Entered while Postgres could not be asked. */
  private unconfirmed = new Set<EnteredSeat>();

  constructor(
    private readonly rooms: SignalingRooms,
    private readonly rules: RoomRuleRepository,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.stops = [
      this.events.on('room.access_changed', ({ kind, roomId }) => {
        const scope = roomScope(kind, roomId);
        return this.check((seat) => seat.scope === scope);
      }),
      this.events.on('group.member_removed', ({ userId }) => this.check((seat) => seat.userId === userId)),
      this.events.on('group.deleted', () => this.sweep()),
      this.rooms.onEntered((seat) => {
        const room = roomOf(seat.scope);
        if (room !== undefined) this.tasks.run('room access', () => this.confirm({ ...seat, room }));
      }),
      this.clock.every(CHECK_MS, () => {
        this.tasks.run('room access', () => this.retry());
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  private async check(isMeant: (seat: SeatHere) => boolean): Promise<void> {
    await Promise.all(
      this.ruledSeats()
        .filter(isMeant)
        .map((seat) => this.checkSeat(seat)),
    );
  }

  private async checkSeat(seat: RuledSeat): Promise<void> {
    const ruling = await this.rules.rulingOn({ ...seat.room, userId: seat.userId });
    if (ruling !== undefined && !allows(ruling)) await this.rooms.remove(seat.scope, seat.member, 'not allowed');
  }

  /** Only of rooms that have a rule is it asked who is in them. */
  private async sweep(): Promise<void> {
    const names = new Map(this.ruledSeats().map(({ scope, room }) => [scope, room]));
    const ruled = new Set((await this.rules.listRuled([...names.values()])).map((room) => scopeOf(room)));
    if (ruled.size > 0) await this.check(({ scope }) => ruled.has(scope));
  }

  private async confirm(seat: EnteredSeat): Promise<void> {
    try {
      const ruling = await this.rules.rulingOn({ ...seat.room, userId: seat.userId });
      if (ruling === undefined || ruling.isOwner) return;
      if (!allows(ruling)) await this.rooms.remove(seat.scope, seat.member, 'not allowed');
      else if (ruling.locked && !seat.replaced) await this.rooms.remove(seat.scope, seat.member, 'the room is locked');
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.unconfirmed.add(seat);
    }
  }

  private async retry(): Promise<void> {
    const here = new Set(this.ruledSeats().map(({ connectionId }) => connectionId));
    const again = [...this.unconfirmed].filter(({ connectionId }) => here.has(connectionId));
    this.unconfirmed = new Set();
    await Promise.all(again.map((seat) => this.confirm(seat)));
    try {
      await this.sweep();
    } catch (error) {
      // While Postgres is away nothing can be said.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  private ruledSeats(): RuledSeat[] {
    return this.rooms.seatsHere().flatMap((seat) => {
      const room = roomOf(seat.scope);
      return room === undefined ? [] : [{ ...seat, room }];
    });
  }
}

const scopeOf = ({ kind, roomId }: RoomName) => roomScope(kind, roomId);
