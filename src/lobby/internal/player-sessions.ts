import type { Cancel } from '../../common/clock.js';
import type { SeatDelta } from './seat-set.js';

/** What a connection of a player hears of the player's seats, whichever of the player's connections holds them. */
interface PlayerSession {
  /** Whoever held it is away, and may come back. */
  seatLeft(roomId: string): void;
  seatGone(roomId: string): void;
}

/** The connections of each player to this node's lobby. */
export class PlayerSessions {
  /** The latest last. */
  private readonly sessions = new Map<string, Set<PlayerSession>>();

  /** Returns its own undo. */
  add(playerId: string, session: PlayerSession): Cancel {
    const sessions = this.sessions.get(playerId) ?? new Set();
    this.sessions.set(playerId, sessions.add(session));
    return () => {
      sessions.delete(session);
      if (sessions.size === 0 && this.sessions.get(playerId) === sessions) this.sessions.delete(playerId);
    };
  }

  apply({ kind, roomId, playerId }: SeatDelta): void {
    const sessions = [...(this.sessions.get(playerId) ?? [])];
    if (kind === 'leaving') sessions.at(-1)?.seatLeft(roomId);
    if (kind === 'left') for (const session of sessions) session.seatGone(roomId);
  }
}
