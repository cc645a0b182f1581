import type { Json } from '../cluster/cluster.js';

export type RoomStatus = 'waiting' | 'active' | 'finished';

export interface RoomPlayer {
  readonly id: string;
  readonly name: string;
  readonly joinedAt: string;
  /** Grows with each join: in a pair the higher one makes the first offer and is the polite one (protocol section 5). */
  readonly order: number;
  /** What a back-end author gave with it. */
  readonly data: Readonly<Record<string, Json>>;
  /** Added by code and not by a connection of its own, so that no end of a connection takes it away. */
  readonly byCode: boolean;
}

/** One thing that has happened in a room; `rev` counts them, without holes. */
export type RoomEntry = { readonly rev: number } & RoomHappening;

export type RoomHappening =
  | { readonly kind: 'joined'; readonly playerId: string; readonly name: string }
  | { readonly kind: 'left'; readonly playerId: string }
  | { readonly kind: 'started' | 'updated' }
  | { readonly kind: 'moved'; readonly playerId: string; readonly move: Json; readonly n: number }
  | { readonly kind: 'finished'; readonly result: Json };

/** A lobby's room as the nodes share it. A new one for each change. */
export interface RoomState {
  readonly roomId: string;
  /** Names this life of the room: one that is made again under the same id has another, and so another chat. */
  readonly life: string;
  readonly maxPlayers: number;
  readonly status: RoomStatus;
  readonly createdAt: string;
  /** The player who made it; null: made by code or by matchmaking. */
  readonly createdBy: string | null;
  readonly isPrivate: boolean;
  /** Where those who look for a match find it. */
  readonly pool: string;
  readonly data: Readonly<Record<string, Json>>;
  /** By `order`. */
  readonly players: readonly RoomPlayer[];
  readonly lastOrder: number;
  readonly moves: number;
  readonly rev: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  /** The latest entries, so that whoever missed the news of one finds it here. */
  readonly recent: readonly RoomEntry[];
}

/** What a room is made with. */
export interface RoomPlan {
  roomId: string;
  maxPlayers: number;
  createdBy?: string;
  isPrivate?: boolean;
  data?: Readonly<Record<string, Json>>;
  pool: string;
}

/** Who takes a seat. */
export interface Newcomer {
  id: string;
  name: string;
  data?: Readonly<Record<string, Json>>;
  byCode?: boolean;
}

export function playerOf(state: RoomState | undefined, id: string): RoomPlayer | undefined {
  return state?.players.find((player) => player.id === id);
}

/** Who may change its data; of a room that matchmaking or code has made, the player who has been in it longest. */
export function creatorOf({ createdBy, players }: RoomState): string | undefined {
  return createdBy ?? players[0]?.id;
}

export function isFull({ players, maxPlayers }: RoomState): boolean {
  return players.length >= maxPlayers;
}

/** Seats that matchmaking may give away. */
export function openSeats({ status, isPrivate, maxPlayers, players }: RoomState): number {
  return status === 'waiting' && !isPrivate ? Math.max(0, maxPlayers - players.length) : 0;
}
