import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../common/manual-clock.js';
import type { LobbyListener } from '../lobby-listener.js';
import type { RoomState } from '../room-state.js';
import type { RoomNotice } from './lobby-rooms.js';
import { newRoom, withMove, withPlayers } from './room-changes.js';
import { RoomFeed } from './room-feed.js';
import { Seat } from './seat.js';

const NOW = Date.UTC(2030, 0, 1);

let clock: ManualClock;
let stored: RoomState | undefined;
let removed: boolean;
let gone: string[];
let feed: RoomFeed;
let told: string[];

beforeEach(() => {
  clock = new ManualClock();
  gone = [];
  told = [];
  const plan = { roomId: 'r', maxPlayers: 2, pool: 'p' };
  const players = ['a', 'b'].map((id) => ({ id, name: id }));
  stored = withPlayers(newRoom(plan, 'life', NOW), players, NOW);
  removed = true;
  feed = new RoomFeed({
    read: () => Promise.resolve(stored),
    restore: (state) => Promise.resolve(removed ? undefined : (stored = state)),
    clock,
    gone: (seat) => gone.push(seat.playerId),
  });
});

const listener: LobbyListener = {
  news: ({ entry }) => told.push(entry.kind === 'moved' ? `move ${entry.n}` : entry.kind),
  relayed: (text) => told.push(text.join('')),
  ended: (_, how) => told.push(how),
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A seat that is told what happens from now on. */
function sit(playerId = 'a'): Seat {
  const seat = new Seat('r', playerId, `token of ${playerId}`, listener);
  feed.attach(seat, stored!, stored!.rev + 1);
  seat.release();
  return seat;
}

/** Makes so many moves, and gives what the node that makes them would tell. */
function moves(n: number): RoomNotice[] {
  return Array.from({ length: n }, () => {
    stored = withMove(stored!, 'b', 'x', NOW);
    return { entries: stored.recent.slice(-1) };
  });
}

describe('what the seats of a node are told of a room (7.2)', () => {
  it('each entry once and in order, however the notices come', () => {
    sit();
    const notices = moves(5);
    for (const index of [2, 0, 0, 4, 1, 1, 3, 4]) feed.receive(notices[index]!);
    expect(told).toEqual([1, 2, 3, 4, 5].map((n) => `move ${n}`));
  });

  it('what a lost notice would have told is read out of the room', async () => {
    sit();
    const notices = moves(4);
    feed.receive(notices[3]!);
    expect(told).toEqual([]);
    clock.advance(50);
    await turn();
    expect(told).toEqual([1, 2, 3, 4].map((n) => `move ${n}`));
    moves(1);
    await feed.check();
    expect(told.at(-1)).toBe('move 5');
  });

  it('what the room has forgotten is told as the room that it led to', async () => {
    sit();
    moves(300);
    await feed.check();
    expect(told[0]).toBe('updated');
    expect(told.slice(1)).toEqual(Array.from({ length: 128 }, (_, n) => `move ${n + 173}`));
  });

  it('a signal waits for what its sender knew', () => {
    sit();
    const [notice] = moves(1);
    feed.relay({ text: ['offer'], rev: stored!.rev, to: 'a' });
    feed.relay({ text: ['not mine'], rev: 0, to: 'b' });
    feed.relay({ text: ['not from me'], rev: 0, except: 'a' });
    expect(told).toEqual([]);
    feed.receive(notice!);
    expect(told).toEqual(['move 1', 'offer']);
  });

  it('who takes a seat later is told from its own arrival on, after its answer', () => {
    sit('b');
    const [first, second] = moves(2);
    feed.receive(first!);
    told.length = 0;
    const late = new Seat('r', 'a', 'token', listener);
    feed.detach(feed.seats.get('b')!);
    feed.attach(late, stored!, stored!.rev);
    feed.receive(second!);
    expect(told).toEqual([]);
    late.release();
    expect(told).toEqual(['move 2']);
  });

  it('a room that was removed has no seats any more, and its players are told', async () => {
    sit();
    stored = undefined;
    await feed.check();
    expect(gone).toEqual([]);
    await feed.check();
    expect([gone, told]).toEqual([['a'], ['left']]);
  });

  it('a room that was lost is stored anew, and goes on', async () => {
    sit();
    removed = false;
    stored = undefined;
    await feed.check();
    await feed.check();
    expect([gone, told]).toEqual([[], []]);
    feed.receive(moves(1)[0]!);
    expect(told).toEqual(['move 1']);
  });
});
