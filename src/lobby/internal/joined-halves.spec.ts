import { describe, expect, it } from 'vitest';
import type { RoomState } from '../room-state.js';
import { joinHalves } from './joined-halves.js';
import { changed, newRoom, withMove, withoutPlayer, withPlayer, withPlayers } from './room-changes.js';

const NOW = Date.UTC(2030, 0, 1);
const ids = (room: RoomState) => room.players.map(({ id }) => id);
const room = (maxPlayers: number, life = 'life', at = NOW) => newRoom({ roomId: 'r', maxPlayers, pool: 'p' }, life, at);
const add = (state: RoomState, id: string, at: number) => withPlayer(state, { id, name: id }, NOW + at);

describe('the halves of a room that went on apart (7.2)', () => {
  const base = add(room(3), 'a', 1);

  it('one that is lost elsewhere is the one that this node has', () => {
    expect(joinHalves(base, undefined, NOW)).toBe(base);
  });

  it('the one that has all that the other has is the room', () => {
    const later = add(base, 'b', 2);
    expect(joinHalves(base, later, NOW)).toBe(later);
    expect(joinHalves(later, base, NOW)).toBe(later);
    expect(joinHalves(base, base, NOW)).toBe(base);
  });

  it('the players of both are in it, earlier comers first, with orders that are unique', () => {
    const joined = joinHalves(add(base, 'late', 9), add(base, 'early', 5), NOW);
    expect(ids(joined)).toEqual(['a', 'early', 'late']);
    expect(joined.players.map(({ order }) => order)).toEqual([1, 2, 3]);
    expect(joined.status).toBe('active');
    expect(joined.recent.map(({ kind }) => kind).slice(-2)).toEqual(['updated', 'started']);
  });

  it('who does not fit any more has left, and the game of both starts once', () => {
    const mine = withPlayers(
      base,
      [
        { id: 'x', name: 'x' },
        { id: 'y', name: 'y' },
      ],
      NOW + 20,
    );
    const theirs = withPlayers(
      base,
      [
        { id: 'v', name: 'v' },
        { id: 'w', name: 'w' },
      ],
      NOW + 10,
    );
    const joined = joinHalves(mine, theirs, NOW);
    expect(ids(joined)).toEqual(['a', 'v', 'w']);
    expect(joined.recent.slice(-3).map((entry) => ('playerId' in entry ? entry.playerId : entry.kind))).toEqual([
      'updated',
      'x',
      'y',
    ]);
    expect(joined.rev).toBeGreaterThan(Math.max(mine.rev, theirs.rev));
  });

  it('of two rooms that were given one name the older one is the room', () => {
    const [older, newer] = [add(room(2, 'old'), 'a', 1), add(room(2, 'new', NOW + 5), 'b', 6)];
    for (const joined of [joinHalves(older, newer, NOW), joinHalves(newer, older, NOW)]) {
      expect(joined.life).toBe('old');
      expect(ids(joined)).toEqual(['a', 'b']);
    }
  });
});

describe('what a room remembers', () => {
  it('numbers moves and entries without holes, and keeps the latest within bounds', () => {
    let state = add(add(room(2), 'a', 1), 'b', 2);
    for (let n = 1; n <= 300; n += 1) state = withMove(state, 'a', n, NOW);
    expect([state.moves, state.rev]).toEqual([300, 303]);
    expect(state.recent).toHaveLength(128);
    expect(state.recent.map(({ rev }) => rev)).toEqual(Array.from({ length: 128 }, (_, n) => 176 + n));
    for (let n = 0; n < 10; n += 1) state = withMove(state, 'a', 'x'.repeat(20_000), NOW);
    expect(JSON.stringify(state.recent).length).toBeLessThan(70_000);
    expect(state.recent.at(-1)?.rev).toBe(state.rev);
  });

  it('is the same room when nothing has changed', () => {
    const state = add(room(2), 'a', 1);
    expect(add(state, 'a', 2)).toBe(state);
    expect(withoutPlayer(state, 'b', NOW)).toBe(state);
    expect(changed(state, [], NOW).rev).toBe(state.rev);
  });
});
