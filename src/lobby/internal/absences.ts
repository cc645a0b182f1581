import { randomUUID } from 'node:crypto';
import { playerOf } from '../room-state.js';
import type { LobbyParts } from './lobby-parts.js';
import type { SeatDelta } from './seat-set.js';

/** A player of an active room has so long to come back (protocol section 7.2). */
export const AWAY_MS = 30_000;
/** When a node has died, so much of that has passed before the others know. */
const AWAY_AFTER_DEATH_MS = 12_000;
/** Who changes connections may be between two seats for so long. */
const SETTLE_MS = 1000;

/** Follows who holds which seat: tells of players who are away, and takes away those who do not come back. */
export class Absences {
  constructor(private readonly parts: LobbyParts) {}

  apply({ kind, roomId, playerId, wasLeaving, previousToken }: SeatDelta): void {
    const feed = this.parts.feeds.get(roomId);
    if (kind === 'leaving') feed?.tellOthers(playerId, 'disconnected');
    if (kind === 'replaced') {
      if (wasLeaving) feed?.tellOthers(playerId, 'reconnected');
      if (previousToken !== undefined) this.replace(roomId, playerId, previousToken);
    }
    if (kind === 'left') this.left(roomId, playerId, wasLeaving);
  }

  /** The player has had no seat for a while: it leaves the room, or is given the time to come back. */
  async settle(roomId: string, playerId: string, how: 'grace over' | 'lost'): Promise<void> {
    const { seats, rooms } = this.parts;
    const state = await rooms.find(roomId);
    const player = playerOf(state, playerId);
    if (!player || player.byCode || seats.has(roomId, playerId)) return;
    if (state?.status === 'active' && how === 'lost') {
      await this.keep(roomId, playerId);
      return;
    }
    await rooms.leave(roomId, playerId);
  }

  /** Several nodes may do so at once: one of them is first. */
  private async keep(roomId: string, playerId: string): Promise<void> {
    const token = randomUUID();
    const status = await this.parts.seats.take({ roomId, playerId, token }, { holder: 'refuse' });
    if (status !== 'taken') await this.parts.seats.leave(roomId, playerId, token, AWAY_AFTER_DEATH_MS);
  }

  private left(roomId: string, playerId: string, wasLeaving: boolean): void {
    const { tools } = this.parts;
    const settle = () => {
      this.parts.run('settle a seat', () => this.settle(roomId, playerId, wasLeaving ? 'grace over' : 'lost'));
    };
    if (wasLeaving) settle();
    else tools.clock.after(SETTLE_MS * (1 + Math.random()), settle);
  }

  private replace(roomId: string, playerId: string, token: string): void {
    const { feeds } = this.parts;
    const seat = feeds.get(roomId)?.seats.get(playerId);
    if (seat?.token !== token) return;
    feeds.detach(seat);
    seat.tell((listener) => {
      listener.ended(roomId, 'replaced');
    });
  }
}
