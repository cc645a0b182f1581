import type { LobbyListener } from '../lobby-listener.js';
import { playerOf } from '../room-state.js';
import type { RoomState } from '../room-state.js';
import { AWAY_MS } from './absences.js';
import type { LobbyParts } from './lobby-parts.js';
import { Seat } from './seat.js';

export interface Taken {
  room: RoomState;
  /** The player was in the room before: nobody is told of a join. */
  wasIn: boolean;
  /** From now on the seat is told what has happened since; call it once the answer has gone out. */
  begin: () => void;
}

interface Holder {
  readonly id: string;
  readonly connectionId: string;
}

/** `standing in`: for another connection of the player, which has broken. */
type Arrival = 'joining' | 'coming back' | 'standing in';

/** The seats that one connection holds. */
export class SeatTaker {
  private readonly seats = new Map<string, Seat>();
  private closing: { extraGraceMs: number } | undefined;

  constructor(
    private readonly parts: LobbyParts,
    private readonly player: Holder,
    private readonly listener: LobbyListener,
  ) {}

  holds(roomId: string): boolean {
    return this.seats.has(roomId);
  }

  /** For a player who is in the room, by a join just now or from before: an older connection of the player loses the seat. */
  async take(state: RoomState, how: Arrival): Promise<Taken> {
    const { roomId } = state;
    const wasIn = how !== 'joining';
    const seat: Seat = new Seat(
      roomId,
      this.player.id,
      this.player.connectionId,
      this.told((): Seat => seat),
    );
    const from = wasIn ? state.rev + 1 : this.arrivalIn(state);
    const older = await this.attach(seat, state, { from, standsIn: how === 'standing in' });
    if (older && older.token !== seat.token)
      older.tell((listener) => {
        listener.ended(roomId, 'replaced');
      });
    if (this.closing) await this.leave(seat, this.closing.extraGraceMs);
    return {
      room: state,
      wasIn,
      begin: () => {
        seat.release();
      },
    };
  }

  async close(extraGraceMs: number): Promise<void> {
    this.closing = { extraGraceMs };
    await Promise.all([...this.seats.values()].map((seat) => this.leave(seat, extraGraceMs)));
  }

  private async attach(
    seat: Seat,
    state: RoomState,
    { from, standsIn }: { from: number; standsIn: boolean },
  ): Promise<Seat | undefined> {
    const { feeds, seats } = this.parts;
    try {
      const older = await feeds.attach(seat, state, from);
      if (feeds.isHeld(seat) || !this.holds(seat.roomId)) this.seats.set(seat.roomId, seat);
      await seats.take(seat, { standsIn });
      // The player left while the seat was taken: nobody else gives it back.
      if (!feeds.hasSeatOf(seat)) await seats.leave(seat.roomId, seat.playerId, seat.token);
      return older;
    } catch (error) {
      // The player is in the room without a seat: the sweep gives the place to another.
      this.seats.delete(seat.roomId);
      feeds.detach(seat);
      throw error;
    }
  }

  private told(self: () => Seat): LobbyListener {
    const { listener } = this;
    return {
      news: (news) => {
        listener.news(news);
      },
      relayed: (text) => {
        listener.relayed(text);
      },
      ended: (roomId, how) => {
        if (this.seats.get(roomId) !== self()) return;
        this.seats.delete(roomId);
        listener.ended(roomId, how);
      },
    };
  }

  private arrivalIn({ recent, rev }: RoomState): number {
    const arrival = recent.findLast((entry) => entry.kind === 'joined' && entry.playerId === this.player.id);
    return arrival?.rev ?? rev + 1;
  }

  /** The seat first, and then the room: whoever has taken the seat meanwhile keeps the place. */
  private async leave(seat: Seat, extraGraceMs: number): Promise<void> {
    const { feeds, seats, rooms } = this.parts;
    const { roomId, playerId, token } = seat;
    const known = feeds.get(roomId)?.state;
    this.seats.delete(roomId);
    if (!feeds.detach(seat)) return;
    const state = await this.present(roomId, known);
    const isActive = state?.status === 'active' && playerOf(state, playerId) !== undefined;
    const held = await seats.leave(roomId, playerId, token, isActive ? AWAY_MS + extraGraceMs : 0);
    if (!held || isActive) return;
    const isMeant = ({ status }: RoomState) => status !== 'active' && !seats.has(roomId, playerId);
    await rooms.leave(roomId, playerId, { isMeant });
  }

  /** The room as it is, or, while that cannot be read, as this node was told it. */
  private async present(roomId: string, known: RoomState | undefined): Promise<RoomState | undefined> {
    try {
      return await this.parts.rooms.find(roomId);
    } catch {
      return known;
    }
  }
}
