import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '../cluster/cluster.js';
import { LocalCluster } from '../cluster/local-cluster.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { ManualClock } from '../common/manual-clock.js';
import type { LobbyChats } from './internal/lobby-chats.js';
import { Lobby } from './internal/lobby.js';
import { LobbySession } from './lobby-session.js';
import { LobbyService } from './lobby.service.js';
import type { RoomState } from './room-state.js';

const NODES = 3;

let clock: ManualClock;
let nodes: Lobby[];
let forgotten: string[];

beforeEach(async () => {
  clock = new ManualClock();
  const cluster = new LocalCluster(clock);
  forgotten = [];
  const forgetRoom = (_: string, life: string) => {
    forgotten.push(life);
    return Promise.resolve();
  };
  const chats = { forgetRoom } as unknown as LobbyChats;
  nodes = Array.from(
    { length: NODES },
    () => new Lobby('/lobby', chats, { cluster, clock, tasks: new BackgroundTasks() }),
  );
  await Promise.all(nodes.map((node) => node.care.start()));
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.care.stop()));
});

async function turns(n = 20): Promise<void> {
  for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets so much time pass, and what it sets off happen. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    clock.advance(Math.min(left, 1000));
    await turns();
  }
}

let connections = 0;
function enter(node: number, name: string) {
  const told: string[] = [];
  const texts: string[] = [];
  const session = new LobbySession(
    nodes[node]!,
    { id: name, name, connectionId: `${name}-${++connections}` },
    {
      news: ({ entry }) => {
        const who = 'playerId' in entry ? ` ${entry.playerId}` : '';
        told.push(entry.kind === 'moved' ? `${entry.n} ${JSON.stringify(entry.move)}` : `${entry.kind}${who}`);
      },
      relayed: (text) => texts.push(text.join('')),
      ended: (_, how) => told.push(`${how} for good`),
      said: () => undefined,
      stats: () => undefined,
    },
  );
  return {
    session,
    told,
    texts,
    join: async (roomId: string) => {
      const taken = await session.joinRoom(roomId);
      taken.begin();
      return taken;
    },
    match: async (maxPlayers = 2, criteria?: Record<string, Json>) => {
      const taken = await session.findMatch({ maxPlayers, criteria });
      taken.begin();
      return taken.room;
    },
    create: async (wish: Partial<Parameters<LobbySession['createRoom']>[0]> = {}) => {
      const taken = await session.createRoom({ maxPlayers: 2, ...wish });
      taken.begin();
      return taken.room;
    },
  };
}

const service = (node = 0) => new LobbyService(nodes[node]!);

async function game() {
  const [alice, bob] = [enter(0, 'alice'), enter(1, 'bob')];
  const room = await alice.create();
  await bob.join(room.roomId);
  await turns();
  return { alice, bob, roomId: room.roomId };
}

async function present(roomId: string): Promise<RoomState | undefined> {
  return nodes[0]!.parts.rooms.find(roomId);
}

describe('matchmaking (7.2)', () => {
  it.each([2, 3, 7])('a thousand at once on three nodes fill every room of %i but one at most', async (maxPlayers) => {
    const rooms = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => enter(n % NODES, `p${n}`).match(maxPlayers, { n: maxPlayers })),
    );
    const ids = new Set(rooms.map(({ roomId }) => roomId));
    const states = await Promise.all([...ids].map(present));
    const sizes = states.map((state) => state!.players.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
    expect(sizes.filter((size) => size < maxPlayers).length).toBeLessThanOrEqual(1);
    expect(Math.max(...sizes)).toBe(maxPlayers);
    expect(states.every((state) => (state!.players.length === maxPlayers) === (state!.status === 'active'))).toBe(true);
  });

  it('equal criteria meet whatever the order of their keys, others do not, nor do other sizes', async () => {
    const [a, b] = [enter(0, 'a'), enter(1, 'b')];
    const first = await a.match(2, { map: 'x', rules: { t: 1, u: [1, 2] } });
    expect((await b.match(2, { rules: { u: [1, 2], t: 1 }, map: 'x' })).roomId).toBe(first.roomId);
    const others = await Promise.all([
      enter(0, 'c').match(2, { map: 'y' }),
      enter(1, 'd').match(2, { map: 'x', rules: { t: 1, u: [2, 1] } }),
      enter(2, 'e').match(3, { map: 'y' }),
      enter(2, 'f').match(2),
    ]);
    expect(new Set([first, ...others].map(({ roomId }) => roomId)).size).toBe(5);
  });

  it('who leaves frees a seat for the next one, and who asks again is given the same room', async () => {
    const a = enter(0, 'a');
    const { roomId } = await a.match(3);
    expect((await a.match(3)).roomId).toBe(roomId);
    const b = enter(1, 'b');
    expect((await b.match(3)).roomId).toBe(roomId);
    await b.session.leaveRoom(roomId);
    const [c, d] = [await enter(2, 'c').match(3), await enter(1, 'd').match(3)];
    expect([c.roomId, d.roomId]).toEqual([roomId, roomId]);
    expect((await present(roomId))?.status).toBe('active');
  });

  it('who asks on two nodes at once takes one seat, and the other one is free for the next player', async () => {
    const tabs = [enter(0, 'alice'), enter(1, 'alice')];
    const [room] = await Promise.all(tabs.map((tab) => tab.match()));
    expect((await enter(2, 'bob').match()).roomId).toBe(room!.roomId);
    expect(await present(room!.roomId)).toMatchObject({ status: 'active', players: [{ id: 'alice' }, { id: 'bob' }] });
  });

  it('a private room is given to nobody; a public one that waits is', async () => {
    await enter(0, 'a').create({ isPrivate: true });
    const open = await enter(0, 'b').create();
    expect((await enter(1, 'c').match()).roomId).toBe(open.roomId);
    expect((await enter(2, 'd').match()).roomId).not.toBe(open.roomId);
  });
});

describe('a room (7.2)', () => {
  it('fifty who join at once: as many as fit are in, the others are told that it is full', async () => {
    const { roomId } = await enter(0, 'host').create({ maxPlayers: 10 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => enter(n % NODES, `p${n}`).join(roomId)),
    );
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(codes).toEqual(Array.from({ length: 41 }, () => 'room_full'));
    expect((await present(roomId))?.players).toHaveLength(10);
  });

  it('tells everyone the same, in the same order, on every node', async () => {
    const { alice, bob, roomId } = await game();
    const moves = Array.from({ length: 40 }, (_, n) => (n % 2 ? alice : bob).session.move(roomId, n));
    await Promise.all(moves);
    await turns();
    const movesOf = ({ told }: typeof alice) => told.filter((text) => /^\d/.test(text));
    expect(movesOf(alice).map((text) => Number(text.split(' ')[0]))).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
    expect(movesOf(bob)).toEqual(movesOf(alice));
    expect(alice.told.slice(0, 2)).toEqual(['joined bob', 'started']);
    expect(bob.told.slice(0, 2)).toEqual(['joined bob', 'started']);
  });

  it('a waiting player who drops leaves at once, and a room that is empty then is gone with its chat', async () => {
    const [alice, bob] = [enter(0, 'alice'), enter(1, 'bob')];
    const { roomId, life } = await alice.create({ maxPlayers: 3 });
    await bob.join(roomId);
    await bob.session.close(0);
    await turns();
    expect(alice.told.at(-1)).toBe('left bob');
    await alice.session.close(0);
    await turns();
    expect(await present(roomId)).toBeUndefined();
    expect(await service().getStats()).toMatchObject({ total_rooms: 0, total_players: 0 });
    expect(forgotten).toEqual([life]);
  });

  it('a player of an active room has 30 s to come back', async () => {
    const { alice, bob, roomId } = await game();
    await bob.session.close(0);
    await pass(29_000);
    expect(alice.told.at(-1)).toBe('disconnected bob');
    const again = enter(2, 'bob');
    await again.session.comeBack();
    await turns();
    expect(alice.told.at(-1)).toBe('reconnected bob');
    await again.session.close(0);
    await pass(31_000);
    expect(alice.told.slice(-2)).toEqual(['disconnected bob', 'left bob']);
    expect((await present(roomId))?.players.map(({ id }) => id)).toEqual(['alice']);
  });

  it('the later of two tabs holds the seat, and the end of the older one changes nothing', async () => {
    const { alice, bob, roomId } = await game();
    const tab = enter(2, 'bob');
    expect((await tab.join(roomId)).wasIn).toBe(true);
    await turns();
    expect(bob.told.at(-1)).toBe('replaced for good');
    await expect(bob.session.move(roomId, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    await bob.session.close(0);
    await tab.session.move(roomId, 'y');
    await pass(40_000);
    expect(alice.told.at(-1)).toBe('1 "y"');
    expect((await present(roomId))?.players).toHaveLength(2);
  });

  it('a player who leaves while a connection takes the seat leaves no seat behind', async () => {
    const alice = enter(0, 'alice');
    const room = await alice.create({ maxPlayers: 3 });
    const { parts } = nodes[1]!;
    const take = parts.seats.take.bind(parts.seats);
    vi.spyOn(parts.seats, 'take').mockImplementationOnce(async (...seat) => {
      await nodes[0]!.parts.rooms.leave(room.roomId, 'alice');
      await turns();
      return take(...seat);
    });
    await enter(1, 'alice').join(room.roomId);
    await turns();
    expect(parts.seats.roomsOf('alice')).toEqual([]);
  });

  it('who drops out of a room that waits stays in it by a newer connection', async () => {
    const alice = enter(0, 'alice');
    const room = await alice.create({ maxPlayers: 3 });
    const again = enter(1, 'alice');
    const { rooms } = nodes[0]!.parts;
    const leave = rooms.leave.bind(rooms);
    vi.spyOn(rooms, 'leave').mockImplementationOnce(async (...player) => {
      await again.join(room.roomId);
      await turns();
      return leave(...player);
    });
    await alice.session.close(0);
    await turns();
    expect((await present(room.roomId))?.players).toHaveLength(1);
    expect(again.told).toEqual([]);
  });

  it('a seat whose node has died is kept for a while in a game, and lost in a room that waits', async () => {
    const { alice, bob, roomId } = await game();
    const waiting = await bob.create({ maxPlayers: 3 });
    await alice.join(waiting.roomId);
    for (const id of [roomId, waiting.roomId]) {
      const { token } = nodes[1]!.parts.feeds.get(id)!.seats.get('bob')!;
      await nodes[0]!.parts.seats.leave(id, 'bob', token);
    }
    await pass(5000);
    expect(alice.told.slice(-2).sort()).toEqual(['disconnected bob', 'left bob']);
    expect((await present(waiting.roomId))?.players).toHaveLength(1);
    expect((await present(roomId))?.players).toHaveLength(2);
    await pass(30_000);
    expect((await present(roomId))?.players).toHaveLength(1);
  });

  it('a signal goes to its target alone, or to all others, in the order sent', async () => {
    const { alice, bob, roomId } = await game();
    for (let n = 0; n < 10; n += 1) await alice.session.relay(roomId, [String(n)], n % 2 ? 'bob' : undefined);
    await turns();
    expect(bob.texts).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
    expect(alice.texts).toEqual([]);
    await expect(alice.session.relay(roomId, ['x'], 'carol')).rejects.toMatchObject({ code: 'target_not_found' });
    await expect(enter(0, 'eve').session.relay(roomId, ['x'])).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('only the creator changes its data, and only while it is small', async () => {
    const { alice, bob, roomId } = await game();
    await alice.session.patchData(roomId, { map: 'harbour', x: 1 });
    expect((await alice.session.patchData(roomId, { x: null })).data).toEqual({ map: 'harbour' });
    await expect(bob.session.patchData(roomId, {})).rejects.toMatchObject({ code: 'forbidden' });
    const big = { big: 'x'.repeat(20_000) };
    await expect(alice.session.patchData(roomId, big)).rejects.toMatchObject({ code: 'validation_failed' });
    await turns();
    expect(bob.told.filter((text) => text === 'updated')).toHaveLength(2);
  });

  it('takes moves while the game is on alone', async () => {
    const alice = enter(0, 'alice');
    const { roomId } = await alice.create();
    await expect(alice.session.move(roomId, 1)).rejects.toMatchObject({ code: 'conflict' });
    await enter(1, 'bob').join(roomId);
    await alice.session.finish(roomId, { winner: 'alice' });
    await expect(alice.session.move(roomId, 1)).rejects.toMatchObject({ code: 'conflict' });
    await expect(alice.session.finish(roomId, null)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the lobby for authors of back ends (7.2)', () => {
  it('makes, finds and removes rooms, and counts them', async () => {
    const room = await service().createRoom('room-1', 2);
    await expect(service(1).createRoom('room-1')).rejects.toMatchObject({ code: 'conflict' });
    expect((await service(2).findAvailableRoom())?.roomId).toBe('room-1');
    expect(await service(2).findAvailableRoom(3)).toBeUndefined();
    expect(await room.addPlayer('p1', { name: 'One', level: 3 })).toEqual({ success: true, message: 'Success' });
    expect(room.toDict().players).toMatchObject({ p1: { name: 'One', level: 3, order: 1 } });
    await room.addPlayer('p2');
    expect([room.getPlayerCount(), room.isFull()]).toEqual([2, true]);
    expect(await room.addPlayer('p3')).toEqual({ success: false, message: 'The room is full.' });
    expect(await service(1).getStats()).toEqual({
      total_rooms: 1,
      waiting_rooms: 0,
      active_rooms: 1,
      total_players: 2,
    });
    expect([await room.removePlayer('p1'), await room.removePlayer('p1')]).toEqual([true, false]);
    expect([await service(1).removeRoom('room-1'), await service(1).removeRoom('room-1')]).toEqual([true, false]);
    expect(await service().getRoom('room-1')).toBeUndefined();
  });

  it('removes empty rooms when told to, and within a minute by itself', async () => {
    await Promise.all([service().createRoom('a'), service(1).createRoom('b')]);
    const busy = await service().createRoom('c');
    await busy.addPlayer('p');
    expect(await service(2).cleanupEmptyRooms()).toBe(2);
    await service().createRoom('d');
    await pass(60_000);
    expect(await present('d')).toBeUndefined();
    expect((await present('c'))?.players).toHaveLength(1);
    expect(await service().getStats()).toMatchObject({ total_rooms: 1 });
  });

  it('sends events to the players of a room', async () => {
    const { alice, bob, roomId } = await game();
    await service(2).broadcastToRoom(roomId, 'bell', { n: 1 }, { includeSender: false, sender: 'bob' });
    await service(2).relayOffer(roomId, 'bob', { sdp: 'x' }, 'alice');
    await turns();
    expect(bob.texts).toEqual([]);
    expect(alice.texts.map((text) => JSON.parse(text) as unknown)).toEqual([
      ['bell', { n: 1 }],
      ['webrtc_offer', { room_id: roomId, offer: { sdp: 'x' }, sender_id: 'bob' }],
    ]);
  });

  it('a room that is removed sends its players away', async () => {
    const { alice, bob, roomId } = await game();
    await service(2).removeRoom(roomId);
    await turns();
    expect(alice.told.slice(-2)).toEqual(expect.arrayContaining(['left alice', 'left for good']));
    expect(bob.told.at(-1)).toBe('left for good');
  });

  it('makes envelopes, and says which fields are missing', () => {
    expect(service().successResponse({ a: 1 })).toEqual({ success: true, message: 'Success', data: { a: 1 } });
    expect(service().errorResponse('No.')).toEqual({ success: false, message: 'No.', error: 'No.' });
    expect(service().validateData({ a: 1, b: null }, ['a', 'b', 'toString'])).toEqual({
      valid: false,
      missing: ['b', 'toString'],
    });
  });

  it('names such as __proto__ are names', async () => {
    const room = await service().createRoom('__proto__');
    await room.addPlayer('__proto__', { constructor: 1 });
    expect(Object.keys(room.toDict().players)).toEqual(['__proto__']);
    expect(await service(1).getStats()).toMatchObject({ total_rooms: 1, total_players: 1 });
  });
});
