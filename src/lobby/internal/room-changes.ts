import type { Json } from '../../cluster/cluster.js';
import { LobbyRoomFull, WrongMoment } from '../lobby.errors.js';
import { isFull, playerOf } from '../room-state.js';
import type { Newcomer, RoomEntry, RoomHappening, RoomPlan, RoomState } from '../room-state.js';

/** A room keeps so many entries, and so many characters of them, for who missed the news. */
const MOST_RECENT = 128;
const MOST_RECENT_LENGTH = 65_536;

/** A room without players. */
export function newRoom(plan: RoomPlan, life: string, now: number): RoomState {
  return {
    roomId: plan.roomId,
    life,
    maxPlayers: plan.maxPlayers,
    status: 'waiting',
    createdAt: new Date(now).toISOString(),
    createdBy: plan.createdBy ?? null,
    isPrivate: plan.isPrivate ?? false,
    pool: plan.pool,
    data: plan.data ?? {},
    players: [],
    lastOrder: 0,
    moves: 0,
    rev: 0,
    changedAt: now,
    recent: [],
  };
}

/**
 * With a player more; the last seat starts the game. The same room for who is in it already.
 * @throws LobbyRoomFull, WrongMoment when the game has begun
 */
export function withPlayer(
  state: RoomState,
  { id, name, data = {}, byCode = false }: Newcomer,
  now: number,
): RoomState {
  if (playerOf(state, id)) return state;
  if (isFull(state)) throw new LobbyRoomFull();
  if (state.status !== 'waiting') throw new WrongMoment('The game has begun.');
  const order = state.lastOrder + 1;
  const player = { id, name, joinedAt: new Date(now).toISOString(), order, data, byCode };
  const next = { ...state, players: [...state.players, player], lastOrder: order };
  const joined: RoomHappening = { kind: 'joined', playerId: id, name };
  if (!isFull(next)) return changed(next, [joined], now);
  return changed({ ...next, status: 'active' }, [joined, { kind: 'started' }], now);
}

/** Seats as many of them as fit, in their order. */
export function withPlayers(state: RoomState, newcomers: readonly Newcomer[], now: number): RoomState {
  return newcomers.reduce((room, newcomer) => (fits(room, newcomer) ? withPlayer(room, newcomer, now) : room), state);
}

/** The same room when it has no such player. */
export function withoutPlayer(state: RoomState, id: string, now: number): RoomState {
  if (!playerOf(state, id)) return state;
  const players = state.players.filter((player) => player.id !== id);
  return changed({ ...state, players }, [{ kind: 'left', playerId: id }], now);
}

/** @throws WrongMoment unless the game is on */
export function withMove(state: RoomState, playerId: string, move: Json, now: number): RoomState {
  requireActive(state);
  const n = state.moves + 1;
  return changed({ ...state, moves: n }, [{ kind: 'moved', playerId, move, n }], now);
}

/** With the fields of the patch in its data; null takes a field away. */
export function withData(state: RoomState, patch: Readonly<Record<string, Json>>, now: number): RoomState {
  const data = Object.fromEntries([...Object.entries(state.data), ...Object.entries(patch)]);
  const kept = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
  return changed({ ...state, data: kept }, [{ kind: 'updated' }], now);
}

/** @throws WrongMoment unless the game is on */
export function finished(state: RoomState, result: Json, now: number): RoomState {
  requireActive(state);
  return changed({ ...state, status: 'finished' }, [{ kind: 'finished', result }], now);
}

/** The next state: with these entries, and no more than what it may keep of the older ones. */
export function changed(state: RoomState, happenings: readonly RoomHappening[], now: number): RoomState {
  const fresh = happenings.map((happening, index): RoomEntry => ({ ...happening, rev: state.rev + index + 1 }));
  const recent = [...latest(state.recent, MOST_RECENT - fresh.length, lengthOf(fresh)), ...fresh];
  return { ...state, rev: state.rev + fresh.length, changedAt: now, recent };
}

function latest(entries: readonly RoomEntry[], most: number, taken: number): readonly RoomEntry[] {
  let length = taken;
  let from = entries.length;
  while (from > 0 && entries.length - from < most) {
    length += lengthOf([entries[from - 1]]);
    if (length > MOST_RECENT_LENGTH) break;
    from -= 1;
  }
  return entries.slice(from);
}

function lengthOf(entries: readonly unknown[]): number {
  return JSON.stringify(entries).length;
}

function fits(room: RoomState, { id }: Newcomer): boolean {
  return playerOf(room, id) !== undefined || (!isFull(room) && room.status === 'waiting');
}

function requireActive({ status }: RoomState): void {
  if (status === 'waiting') throw new WrongMoment('The game has not begun.');
  if (status === 'finished') throw new WrongMoment('The game is over.');
}
