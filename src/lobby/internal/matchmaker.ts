import { randomUUID } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { Gathering } from '../../common/gathering.js';
import { playerOf } from '../room-state.js';
import type { Newcomer, RoomState } from '../room-state.js';
import type { LobbyRooms } from './lobby-rooms.js';
import type { OpenRooms, Reserved } from './open-rooms.js';
import { newRoom, withPlayers } from './room-changes.js';

/** Somebody who joins by the room's id may be faster; each try knows better. */
const MOST_TRIES = 5;

export interface MatchRequest {
  pool: string;
  maxPlayers: number;
  player: Newcomer;
}

type Outcome = RoomState | Error;

/** Gives everyone who looks for a match a seat: those of a turn together, in one step for each pool. */
export class Matchmaker {
  private readonly gathering: Gathering<MatchRequest, Outcome>;

  constructor(
    private readonly rooms: LobbyRooms,
    private readonly open: OpenRooms,
    private readonly clock: Clock,
  ) {
    this.gathering = new Gathering((requests) => this.answer(requests), clock);
  }

  /** The room, with the player in it. @throws Unavailable */
  async find(request: MatchRequest): Promise<RoomState> {
    const outcome = await this.gathering.ask(request);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  private async answer(requests: readonly MatchRequest[]): Promise<Outcome[]> {
    const outcomes = new Map<MatchRequest, Outcome>();
    const pools = [...new Set(requests.map(({ pool }) => pool))];
    await Promise.all(
      pools.map((pool) =>
        this.fill(
          requests.filter((request) => request.pool === pool),
          outcomes,
        ),
      ),
    );
    return requests.map((request) => outcomes.get(request) ?? new Unavailable());
  }

  private async fill(requests: readonly MatchRequest[], outcomes: Map<MatchRequest, Outcome>): Promise<void> {
    let waiting = requests;
    for (let tries = 0; tries < MOST_TRIES && waiting.length > 0; tries += 1) {
      try {
        await this.fillOnce(waiting, outcomes);
      } catch (error) {
        for (const request of waiting) if (!outcomes.has(request)) outcomes.set(request, error as Error);
      }
      waiting = waiting.filter((request) => !outcomes.has(request));
    }
  }

  private async fillOnce(requests: readonly MatchRequest[], outcomes: Map<MatchRequest, Outcome>): Promise<void> {
    const [{ pool, maxPlayers }] = requests as [MatchRequest];
    const ids: string[] = [];
    // A player who asks twice at once takes one seat.
    const players = [...new Map(requests.map(({ player }) => [player.id, player])).values()];
    const reserved = await this.open.reserve(pool, players.length, maxPlayers, (n) => (ids[n] ??= randomUUID()));
    let from = 0;
    const seated = reserved.map((room) => {
      const newcomers = players.slice(from, (from += room.seats));
      return this.seat(room, newcomers, { pool, maxPlayers });
    });
    for (const { state, error, newcomers } of await Promise.all(seated)) {
      for (const request of requests) {
        if (!newcomers.some(({ id }) => id === request.player.id)) continue;
        if (error) outcomes.set(request, error);
        else if (state && playerOf(state, request.player.id)) outcomes.set(request, state);
      }
    }
  }

  private async seat(
    { roomId }: Reserved,
    newcomers: readonly Newcomer[],
    { pool, maxPlayers }: { pool: string; maxPlayers: number },
  ): Promise<{ newcomers: readonly Newcomer[]; state?: RoomState; error?: Error }> {
    const now = this.clock.now();
    const life = randomUUID();
    const isMeant = (room: RoomState) => room.pool === pool && !room.isPrivate;
    let seatsNeeded = newcomers.length;
    try {
      const state = await this.rooms.change(
        roomId,
        (room) => {
          const present = room ?? newRoom({ roomId, maxPlayers, pool }, life, now);
          seatsNeeded = newcomers.filter(({ id }) => !playerOf(present, id)).length;
          return isMeant(present) ? withPlayers(present, newcomers, now) : present;
        },
        { seatsCounted: true },
      );
      if (!isMeant(state)) await this.open.forget(pool, roomId);
      // A seat too many was counted for one who looks for a match on two nodes at once: it is free again.
      else if (seatsNeeded < newcomers.length || !newcomers.every(({ id }) => playerOf(state, id)))
        await this.open.tell(state);
      return { newcomers, state };
    } catch (error) {
      return { newcomers, error: error as Error };
    }
  }
}
