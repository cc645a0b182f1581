import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LobbyNodes, NODES } from '../../test/support/lobby-nodes.js';

let lobby: LobbyNodes;
beforeEach(async () => {
  lobby = await LobbyNodes.start();
});
afterEach(() => lobby.stop());

describe('matchmaking (7.2)', () => {
  it.each([2, 3, 7])('a thousand at once on three nodes fill every room of %i but one at most', async (maxPlayers) => {
    const rooms = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => lobby.enter(n % NODES, `p${n}`).match(maxPlayers, { n: maxPlayers })),
    );
    const ids = new Set(rooms.map(({ roomId }) => roomId));
    const states = await Promise.all([...ids].map((id) => lobby.present(id)));
    const sizes = states.map((state) => state!.players.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
    expect(sizes.filter((size) => size < maxPlayers).length).toBeLessThanOrEqual(1);
    expect(Math.max(...sizes)).toBe(maxPlayers);
    expect(states.every((state) => (state!.players.length === maxPlayers) === (state!.status === 'active'))).toBe(true);
  });

  it('equal criteria meet whatever the order of their keys, others do not, nor do other sizes', async () => {
    const [a, b] = [lobby.enter(0, 'a'), lobby.enter(1, 'b')];
    const first = await a.match(2, { map: 'x', rules: { t: 1, u: [1, 2] } });
    expect((await b.match(2, { rules: { u: [1, 2], t: 1 }, map: 'x' })).roomId).toBe(first.roomId);
    const others = await Promise.all([
      lobby.enter(0, 'c').match(2, { map: 'y' }),
      lobby.enter(1, 'd').match(2, { map: 'x', rules: { t: 1, u: [2, 1] } }),
      lobby.enter(2, 'e').match(3, { map: 'y' }),
      lobby.enter(2, 'f').match(2),
    ]);
    expect(new Set([first, ...others].map(({ roomId }) => roomId)).size).toBe(5);
  });

  it('who leaves frees a seat for the next one, and who asks again is given the same room', async () => {
    const a = lobby.enter(0, 'a');
    const { roomId } = await a.match(3);
    expect((await a.match(3)).roomId).toBe(roomId);
    const b = lobby.enter(1, 'b');
    expect((await b.match(3)).roomId).toBe(roomId);
    await b.session.leaveRoom(roomId);
    const [c, d] = [await lobby.enter(2, 'c').match(3), await lobby.enter(1, 'd').match(3)];
    expect([c.roomId, d.roomId]).toEqual([roomId, roomId]);
    expect((await lobby.present(roomId))?.status).toBe('active');
  });

  it('who asks on two nodes at once takes one seat, and the other one is free for the next player', async () => {
    const tabs = [lobby.enter(0, 'alice'), lobby.enter(1, 'alice')];
    const [room] = await Promise.all(tabs.map((tab) => tab.match()));
    expect((await lobby.enter(2, 'bob').match()).roomId).toBe(room!.roomId);
    expect(await lobby.present(room!.roomId)).toMatchObject({
      status: 'active',
      players: [{ id: 'alice' }, { id: 'bob' }],
    });
  });

  it('a private room is given to nobody; a public one that waits is', async () => {
    await lobby.enter(0, 'a').create({ isPrivate: true });
    const open = await lobby.enter(0, 'b').create();
    expect((await lobby.enter(1, 'c').match()).roomId).toBe(open.roomId);
    expect((await lobby.enter(2, 'd').match()).roomId).not.toBe(open.roomId);
  });
});
