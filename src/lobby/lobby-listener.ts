import type { WireText } from '../realtime/wire.js';
import type { RoomEntry, RoomState } from './room-state.js';

/** A player's connection has broken, or is back; the room itself is as before. */
interface AbsenceEntry {
  readonly kind: 'disconnected' | 'reconnected';
  readonly playerId: string;
}

/** One thing that has happened, and the room after it. One object for all listeners of a node. */
export interface RoomNews {
  readonly entry: RoomEntry | AbsenceEntry;
  readonly room: RoomState;
}

/** What a player's seat is told, in order. */
export interface LobbyListener {
  news(news: RoomNews): void;
  /** What another player, or code, has sent to this seat. */
  relayed(text: WireText): void;
  /** `replaced`: a newer connection of the same player holds the seat. Last call for this room. */
  ended(roomId: string, how: 'left' | 'replaced'): void;
}
