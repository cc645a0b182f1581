import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lobbies } from '../../src/lobby/lobbies.js';
import type { LobbyService } from '../../src/lobby/lobby.service.js';
import { expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let lobby: LobbyService;
beforeAll(async () => {
  app = await startTestApp({ env: { LOBBY_NAMESPACES: '/lobby,/other' } });
  alice = await register(app, 'alice');
  lobby = app.app.get(Lobbies, { strict: false }).of('/lobby');
});
afterAll(() => app.close());

interface Rooms {
  items: { room_id: string; data: object; players: object }[];
  next_cursor: string | null;
}

const rooms = async (query = '') => expectOk(await alice.api.get(`/lobby/rooms${query}`)) as Rooms;

describe('GET /lobby/stats, GET /lobby/rooms (8)', () => {
  it('give the numbers and the rooms of a namespace, by default of /lobby', async () => {
    const [other] = [await app.app.get(Lobbies, { strict: false }).of('/other').createRoom('elsewhere', 3)];
    await other.addPlayer(alice.id);
    const room = await lobby.createRoom('first', 2);
    await room.addPlayer('somebody', { name: 'Somebody' });
    const stats = { total_rooms: 1, waiting_rooms: 1, active_rooms: 0, total_players: 1 };
    expect(expectOk(await alice.api.get('/lobby/stats'))).toEqual(stats);
    expect(expectOk(await alice.api.get('/lobby/stats?namespace=/other'))).toEqual(stats);
    expect(await rooms()).toEqual({ items: [room.toDict()], next_cursor: null });
    expect((await rooms('?namespace=/other')).items.map(({ room_id }) => room_id)).toEqual(['elsewhere']);
    await lobby.removeRoom('first');
  });

  it('rooms are paged in the order of making', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await lobby.createRoom(id);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Rooms = await rooms(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.items.map(({ room_id }) => room_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids);
    expect(await lobby.cleanupEmptyRooms()).toBe(5);
  });

  it('refuse what is wrong: no such namespace, no token, bad limits and cursors', async () => {
    expect((await alice.api.get('/lobby/stats?namespace=/nowhere')).status).toBe(404);
    expect((await alice.api.get('/lobby/rooms?namespace=__proto__')).status).toBe(404);
    expect((await app.api.get('/lobby/stats')).status).toBe(401);
    expect((await alice.api.get('/lobby/rooms?limit=0')).status).toBe(400);
    expect((await alice.api.get('/lobby/rooms?cursor=x')).status).toBe(400);
  });
});
