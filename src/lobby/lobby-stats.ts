import type { RoomSummary } from './internal/room-index.js';

export interface LobbyStats {
  readonly total_rooms: number;
  readonly waiting_rooms: number;
  readonly active_rooms: number;
  /** Seats that are taken, in all rooms together. */
  readonly total_players: number;
}

export function statsOf(rooms: readonly RoomSummary[]): LobbyStats {
  const countOf = (status: RoomSummary['status']) => rooms.filter((room) => room.status === status).length;
  return {
    total_rooms: rooms.length,
    waiting_rooms: countOf('waiting'),
    active_rooms: countOf('active'),
    total_players: rooms.reduce((sum, { players }) => sum + players, 0),
  };
}
