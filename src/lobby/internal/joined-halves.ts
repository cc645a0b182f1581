import { playerOf } from '../room-state.js';
import type { RoomHappening, RoomPlayer, RoomState } from '../room-state.js';
import { changed } from './room-changes.js';

/**
 * One room out of two that went on apart while the nodes could not reach each other. Who came earlier stays; who no longer
 * fits has left. When one of them has all that the other has, it is that one.
 */
export function joinHalves(mine: RoomState, theirs: RoomState | undefined, now: number): RoomState {
  if (theirs === undefined) return mine;
  if (mine.life === theirs.life) {
    if (theirs.rev >= mine.rev && hasAllOf(theirs, mine)) return theirs;
    if (mine.rev > theirs.rev && hasAllOf(mine, theirs)) return mine;
  }
  return united(mine, theirs, now);
}

function united(mine: RoomState, theirs: RoomState, now: number): RoomState {
  const [first, second] = mine.createdAt < theirs.createdAt ? [mine, theirs] : [theirs, mine];
  const base = mine.life === theirs.life ? (mine.rev > theirs.rev ? mine : theirs) : first;
  const everyone = unique([...first.players, ...second.players]).sort((a, b) => (a.joinedAt < b.joinedAt ? -1 : 1));
  const ordered = everyone.map((player, index) => ({ ...player, order: index + 1 }));
  const players = ordered.slice(0, base.maxPlayers);
  const isStarting = base.status === 'waiting' && players.length >= base.maxPlayers;
  const happenings: RoomHappening[] = [{ kind: 'updated' }];
  for (const { id } of ordered.slice(base.maxPlayers)) happenings.push({ kind: 'left', playerId: id });
  if (isStarting) happenings.push({ kind: 'started' });
  const union: RoomState = {
    ...base,
    status: isStarting ? 'active' : base.status,
    players,
    lastOrder: ordered.length,
    moves: Math.max(mine.moves, theirs.moves),
    rev: Math.max(mine.rev, theirs.rev),
  };
  return changed(union, happenings, now);
}

function hasAllOf(whole: RoomState, part: RoomState): boolean {
  return part.players.every(({ id }) => playerOf(whole, id) !== undefined);
}

function unique(players: readonly RoomPlayer[]): RoomPlayer[] {
  return [...new Map(players.map((player) => [player.id, player])).values()];
}
