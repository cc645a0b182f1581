import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LobbyNodes, NODES, turns } from '../../test/support/lobby-nodes.js';

let lobby: LobbyNodes;
beforeEach(async () => {
  lobby = await LobbyNodes.start();
});
afterEach(() => lobby.stop());

describe('a room (7.2)', () => {
  it('fifty who join at once: as many as fit are in, the others are told that it is full', async () => {
    const { roomId } = await lobby.enter(0, 'host').create({ maxPlayers: 10 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => lobby.enter(n % NODES, `p${n}`).join(roomId)),
    );
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: string }).code] : [],
    );
    expect(codes).toEqual(Array.from({ length: 41 }, () => 'room_full'));
    expect((await lobby.present(roomId))?.players).toHaveLength(10);
  });

  it('tells everyone the same, in the same order, on every node', async () => {
    const { alice, bob, roomId } = await lobby.game();
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
    const [alice, bob] = [lobby.enter(0, 'alice'), lobby.enter(1, 'bob')];
    const { roomId, life } = await alice.create({ maxPlayers: 3 });
    await bob.join(roomId);
    await bob.session.close(0);
    await turns();
    expect(alice.told.at(-1)).toBe('left bob');
    await alice.session.close(0);
    await turns();
    expect(await lobby.present(roomId)).toBeUndefined();
    expect(await lobby.service().getStats()).toMatchObject({ total_rooms: 0, total_players: 0 });
    expect(lobby.forgotten).toEqual([life]);
  });

  it('a player of an active room has 30 s to come back', async () => {
    const { alice, bob, roomId } = await lobby.game();
    await bob.session.close(0);
    await lobby.pass(29_000);
    expect(alice.told.at(-1)).toBe('disconnected bob');
    const again = lobby.enter(2, 'bob');
    await again.session.comeBack();
    await turns();
    expect(alice.told.at(-1)).toBe('reconnected bob');
    await again.session.close(0);
    await lobby.pass(31_000);
    expect(alice.told.slice(-2)).toEqual(['disconnected bob', 'left bob']);
    expect((await lobby.present(roomId))?.players.map(({ id }) => id)).toEqual(['alice']);
  });

  it('the later of two tabs holds the seat, and the end of the older one changes nothing', async () => {
    const { alice, bob, roomId } = await lobby.game();
    const tab = lobby.enter(2, 'bob');
    expect((await tab.join(roomId)).wasIn).toBe(true);
    await turns();
    expect(bob.told.at(-1)).toBe('replaced for good');
    await expect(bob.session.move(roomId, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    await bob.session.close(0);
    await tab.session.move(roomId, 'y');
    await lobby.pass(40_000);
    expect(alice.told.at(-1)).toBe('1 "y"');
    expect((await lobby.present(roomId))?.players).toHaveLength(2);
  });

  it('a player who leaves while a connection takes the seat leaves no seat behind', async () => {
    const alice = lobby.enter(0, 'alice');
    const room = await alice.create({ maxPlayers: 3 });
    const { parts } = lobby.nodes[1]!;
    const take = parts.seats.take.bind(parts.seats);
    vi.spyOn(parts.seats, 'take').mockImplementationOnce(async (...seat) => {
      await lobby.nodes[0]!.parts.rooms.leave(room.roomId, 'alice');
      await turns();
      return take(...seat);
    });
    await lobby.enter(1, 'alice').join(room.roomId);
    await turns();
    expect(parts.seats.roomsOf('alice')).toEqual([]);
  });

  it('who drops out of a room that waits stays in it by a newer connection', async () => {
    const alice = lobby.enter(0, 'alice');
    const room = await alice.create({ maxPlayers: 3 });
    const again = lobby.enter(1, 'alice');
    const { rooms } = lobby.nodes[0]!.parts;
    const leave = rooms.leave.bind(rooms);
    vi.spyOn(rooms, 'leave').mockImplementationOnce(async (...player) => {
      await again.join(room.roomId);
      await turns();
      return leave(...player);
    });
    await alice.session.close(0);
    await turns();
    expect((await lobby.present(room.roomId))?.players).toHaveLength(1);
    expect(again.told).toEqual([]);
  });

  it('a seat whose node has died is kept for a while in a game, and lost in a room that waits', async () => {
    const { alice, bob, roomId } = await lobby.game();
    const waiting = await bob.create({ maxPlayers: 3 });
    await alice.join(waiting.roomId);
    for (const id of [roomId, waiting.roomId]) {
      const { token } = lobby.nodes[1]!.parts.feeds.get(id)!.seats.get('bob')!;
      await lobby.nodes[0]!.parts.seats.leave(id, 'bob', token);
    }
    await lobby.pass(5000);
    expect(alice.told.slice(-2).sort()).toEqual(['disconnected bob', 'left bob']);
    expect((await lobby.present(waiting.roomId))?.players).toHaveLength(1);
    expect((await lobby.present(roomId))?.players).toHaveLength(2);
    await lobby.pass(30_000);
    expect((await lobby.present(roomId))?.players).toHaveLength(1);
  });

  it('a signal goes to its target alone, or to all others, in the order sent', async () => {
    const { alice, bob, roomId } = await lobby.game();
    for (let n = 0; n < 10; n += 1) await alice.session.relay(roomId, [String(n)], n % 2 ? 'bob' : undefined);
    await turns();
    expect(bob.texts).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
    expect(alice.texts).toEqual([]);
    await expect(alice.session.relay(roomId, ['x'], 'carol')).rejects.toMatchObject({ code: 'target_not_found' });
    await expect(lobby.enter(0, 'eve').session.relay(roomId, ['x'])).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('only the creator changes its data, and only while it is small', async () => {
    const { alice, bob, roomId } = await lobby.game();
    await alice.session.patchData(roomId, { map: 'harbour', x: 1 });
    expect((await alice.session.patchData(roomId, { x: null })).data).toEqual({ map: 'harbour' });
    await expect(bob.session.patchData(roomId, {})).rejects.toMatchObject({ code: 'forbidden' });
    const big = { big: 'x'.repeat(20_000) };
    await expect(alice.session.patchData(roomId, big)).rejects.toMatchObject({ code: 'validation_failed' });
    await turns();
    expect(bob.told.filter((text) => text === 'updated')).toHaveLength(2);
  });

  it('takes moves while the game is on alone', async () => {
    const alice = lobby.enter(0, 'alice');
    const { roomId } = await alice.create();
    await expect(alice.session.move(roomId, 1)).rejects.toMatchObject({ code: 'conflict' });
    await lobby.enter(1, 'bob').join(roomId);
    await alice.session.finish(roomId, { winner: 'alice' });
    await expect(alice.session.move(roomId, 1)).rejects.toMatchObject({ code: 'conflict' });
    await expect(alice.session.finish(roomId, null)).rejects.toMatchObject({ code: 'conflict' });
  });
});
