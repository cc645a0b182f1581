import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { Cluster } from '../../src/cluster/cluster.js';
import { Lobbies } from '../../src/lobby/lobbies.js';
import { eventually } from '../support/eventually.js';
import { done, enterLobby, inRoom, player, told } from '../support/lobby-scene.js';
import type { LobbyRoom, Player } from '../support/lobby-scene.js';
import { RedisServer } from '../support/redis-server.js';
import { expectOk } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
const nothing = () => undefined;

describe('the lobby on three nodes (7.2)', () => {
  let redis: RedisServer;
  let nodes: TestApp[];
  beforeAll(async () => {
    redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, WS_RATE_PER_SECOND: '0', WS_MAX_CONNECTIONS_PER_USER: '0' };
    const first = await startTestApp({ env });
    const { databaseUrl } = first;
    nodes = [first, await startTestApp({ env, databaseUrl }), await startTestApp({ env, databaseUrl })];
  }, MINUTE_MS);
  afterAll(async () => {
    for (const node of [...nodes].reverse()) await node.close();
    await redis.stop();
  });

  const on = (n: number, name = 'player') => player(nodes[n % nodes.length]!, name);
  const shape = ({ room_id, status, players }: LobbyRoom) => ({
    room_id,
    status,
    players: Object.keys(players).sort(),
  });

  async function roomOf(who: Player, room_id: string, node = 0): Promise<LobbyRoom | undefined> {
    const answer = await who.actor.on(nodes[node]!).api.get('/lobby/rooms?limit=100');
    return (expectOk(answer) as { items: LobbyRoom[] }).items.find((room) => room.room_id === room_id);
  }

  it.each([2, 3])(
    'forty-six find_match at once: every room of %i is full but one at most',
    async (max_players) => {
      const players = await Promise.all(Array.from({ length: 46 }, (_, n) => on(n)));
      const criteria = { test: players[0]?.id };
      const rooms = await Promise.all(
        players.map(({ client }) => done(client, 'find_match', { max_players, criteria })),
      );
      const seats = new Map<string, Set<string>>();
      players.forEach(({ id }, n) => {
        const { room_id = '' } = rooms[n] ?? {};
        seats.set(room_id, (seats.get(room_id) ?? new Set()).add(id));
      });
      const sizes = [...seats.values()].map(({ size }) => size);
      expect(Math.max(...sizes)).toBe(max_players);
      expect(sizes.filter((size) => size < max_players).length).toBeLessThanOrEqual(1);
      await Promise.all(
        players.map(async ({ client, id }, n) => {
          const { room_id = '' } = rooms[n] ?? {};
          if (seats.get(room_id)?.size !== max_players) return;
          const [start] = await client.next('game_start', inRoom(room_id));
          expect(Object.keys((start as unknown as LobbyRoom).players).sort(), id).toEqual(
            [...seats.get(room_id)!].sort(),
          );
        }),
      );
      for (const { client } of players) client.close();
    },
    MINUTE_MS,
  );

  it(
    'a thousand find_match at the same moment: every room is full but one at most',
    async () => {
      const silent = { news: nothing, relayed: nothing, ended: nothing, said: nothing, stats: nothing };
      const ids = Array.from({ length: 1000 }, () => randomUUID());
      const sessions = ids.map((id, n) =>
        nodes[n % nodes.length]!.app.get(Lobbies, { strict: false }).enter(
          '/lobby',
          { id, name: id, connectionId: randomUUID() },
          silent,
        ),
      );
      const found = await Promise.all(
        sessions.map((session) => session.findMatch({ maxPlayers: 3, criteria: { test: ids[0]! } })),
      );
      const lobby = nodes[0]!.app.get(Lobbies, { strict: false }).of('/lobby');
      const rooms = await Promise.all(
        [...new Set(found.map(({ room }) => room.roomId))].map(async (id) => (await lobby.getRoom(id))!.toDict()),
      );
      const seated = rooms.map(({ players }) => Object.keys(players));
      expect(seated.map(({ length }) => length).sort()).toEqual([1, ...Array.from({ length: 333 }, () => 3)]);
      expect(seated.flat().sort()).toEqual([...ids].sort());
      await Promise.all(sessions.map((session, n) => session.leaveRoom(found[n]!.room.roomId)));
    },
    MINUTE_MS,
  );

  async function game(): Promise<{ players: [Player, Player, Player]; room_id: string }> {
    const players: [Player, Player, Player] = [await on(0, 'alice'), await on(1, 'bob'), await on(2, 'carol')];
    const { room_id } = await done(players[0].client, 'create_room', { max_players: 3 });
    for (const { client } of players.slice(1)) await done(client, 'join_room', { room_id });
    for (const { client } of players) await client.next('game_start', inRoom(room_id));
    return { players, room_id };
  }

  it('moves of all players at once are numbered without holes, and come in that order to everyone', async () => {
    const { players, room_id } = await game();
    const numbers = await Promise.all(
      players.flatMap(({ client }) =>
        Array.from({ length: 20 }, (_, move) => done<{ n: number }>(client, 'game_move', { room_id, move })),
      ),
    );
    const all = Array.from({ length: 60 }, (_, n) => n + 1);
    expect(numbers.map(({ n }) => n).sort((a, b) => a - b)).toEqual(all);
    for (const { client, id } of players) {
      await eventually(() => told(client, 'game_move').length === 40);
      const seen = told(client, 'game_move').map(({ n }) => n as number);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(told(client, 'game_move').some(({ player_id }) => player_id === id)).toBe(false);
    }
  });

  it('signals reach a player of another node in the order sent, and one who is nowhere is not found', async () => {
    const { players, room_id } = await game();
    const [alice, bob, carol] = players;
    for (let n = 0; n < 30; n += 1)
      alice.client.emit('webrtc_offer', { room_id, target_id: carol.id, offer: { n }, sender_id: bob.id });
    for (let n = 0; n < 30; n += 1)
      expect((await carol.client.next('webrtc_offer'))[0]).toMatchObject({ offer: { n }, sender_id: alice.id });
    expect(told(bob.client, 'webrtc_offer')).toEqual([]);
    const stranger = await on(1, 'stranger');
    const lost = { room_id, target_id: stranger.id, offer: {} };
    expect(await alice.client.request('webrtc_offer', lost)).toMatchObject({ code: 'target_not_found' });
  });

  it('a player whose connection breaks comes back to the running game on another node', async () => {
    const { players, room_id } = await game();
    const [alice, bob, carol] = players;
    bob.client.terminate();
    for (const { client } of [alice, carol])
      expect((await client.next('player_disconnected'))[0]).toMatchObject({ player_id: bob.id });
    const again = await enterLobby(nodes[2]!, bob.actor);
    for (const { client } of [alice, carol])
      expect((await client.next('player_reconnected'))[0]).toMatchObject({ player_id: bob.id });
    const room = await done(again, 'join_room', { room_id });
    expect(shape(room).players).toEqual(players.map(({ id }) => id).sort());
    await done(again, 'game_move', { room_id, move: 'back' });
    expect((await alice.client.next('game_move'))[0]).toMatchObject({ player_id: bob.id, move: 'back' });
    expect(told(alice.client, 'player_left')).toEqual([]);
  });

  it('a later tab on another node takes the seat over, and the older one is told', async () => {
    const { players, room_id } = await game();
    const [alice, bob] = players;
    const tab = await enterLobby(nodes[0]!, bob.actor);
    await done(tab, 'join_room', { room_id });
    expect((await bob.client.next('error'))[0]).toMatchObject({ code: 'conflict' });
    bob.client.close();
    await done(tab, 'game_move', { room_id, move: 1 });
    expect((await alice.client.next('game_move'))[0]).toMatchObject({ n: 1 });
    expect(told(alice.client, 'player_disconnected')).toEqual([]);
  });

  it(
    'fifty who join at capacity at once on three nodes: as many as fit are in',
    async () => {
      const host = await on(0, 'host');
      const { room_id } = await done(host.client, 'create_room', { max_players: 5 });
      const players = await Promise.all(Array.from({ length: 50 }, (_, n) => on(n)));
      const answers = await Promise.all(players.map(({ client }) => client.request('join_room', { room_id })));
      expect(answers.filter(({ success }) => success)).toHaveLength(4);
      expect(answers.filter(({ code }) => code === 'room_full')).toHaveLength(46);
      for (const { client } of players) client.close();
    },
    MINUTE_MS,
  );

  it('chat, stats and the list of rooms are the same on every node', async () => {
    const { players, room_id } = await game();
    const [alice, bob, carol] = players;
    for (const { client } of players) await done(client, 'join_chat', { room_id });
    await done(alice.client, 'send_message', { room_id, text: 'hello' });
    for (const { client } of [bob, carol])
      expect((await client.next('new_message'))[0]).toMatchObject({ text: 'hello' });
    for (const node of [0, 1, 2])
      expect(shape((await roomOf(alice, room_id, node))!)).toMatchObject({ status: 'active' });
    const stats = await Promise.all(
      nodes.map(async (node) => expectOk(await alice.actor.on(node).api.get('/lobby/stats'))),
    );
    expect(stats[1]).toEqual(stats[0]);
    expect(stats[2]).toEqual(stats[0]);
  });

  it(
    'rooms that a Redis has lost are stored anew, and their games go on',
    async () => {
      const { players, room_id } = await game();
      const [alice, bob] = players;
      await done(alice.client, 'game_move', { room_id, move: 1 });
      await redis.command('FLUSHALL');
      const again = { room_id, move: 2 };
      const moved = await eventually(() => done<{ n: number }>(alice.client, 'game_move', again), 20_000);
      expect(moved.n).toBe(2);
      expect((await bob.client.next('game_move', ({ move }) => move === 2))[0]).toMatchObject({ n: 2 });
      await eventually(async () => (await roomOf(bob, room_id, 2))?.status === 'active', 10_000);
    },
    MINUTE_MS,
  );

  it(
    'while Redis is away rooms go on per node, and when it is back, empty, everything is one again',
    async () => {
      const { players, room_id } = await game();
      const [alice, bob] = players;
      const local = [await on(0, 'here'), await on(0, 'here')] as const;
      const criteria = { only: local[0].id };
      const first = await done(local[0].client, 'create_room', { max_players: 2 });
      await done(local[1].client, 'join_room', { room_id: first.room_id });
      await redis.kill();
      await eventually(() => nodes.every(({ app }) => app.get(Cluster).sets.stale));
      // A game whose players are all here goes on; one with players elsewhere must not be numbered twice.
      await done(local[0].client, 'game_move', { room_id: first.room_id, move: 1 });
      expect((await local[1].client.next('game_move'))[0]).toMatchObject({ n: 1 });
      expect(await alice.client.request('game_move', { room_id, move: 1 })).toMatchObject({ code: 'unavailable' });
      const waiting = await done(local[0].client, 'find_match', { criteria, max_players: 3 });
      expect((await done(local[1].client, 'find_match', { criteria, max_players: 3 })).room_id).toBe(waiting.room_id);
      await redis.restart();
      await eventually(() => nodes.every(({ app }) => !app.get(Cluster).sets.stale), 20_000);
      // The rooms of before and those of meanwhile, on every node.
      await eventually(async () => {
        for (const node of [0, 1, 2]) {
          expect(shape((await roomOf(alice, room_id, node))!).players).toEqual(players.map(({ id }) => id).sort());
          expect(shape((await roomOf(alice, waiting.room_id, node))!).players).toHaveLength(2);
        }
      }, 20_000);
      const late = await on(2, 'late');
      const full = await done(late.client, 'find_match', { criteria, max_players: 3 });
      expect(shape(full)).toMatchObject({ room_id: waiting.room_id, status: 'active' });
      await eventually(() => done(alice.client, 'game_move', { room_id, move: 2 }), 10_000);
      expect((await bob.client.next('game_move'))[0]).toMatchObject({ n: 1, move: 2 });
      expect(await done(local[1].client, 'game_move', { room_id: first.room_id, move: 2 })).toMatchObject({ n: 2 });
    },
    MINUTE_MS,
  );
});

describe('the lobby when a node dies (7.2)', () => {
  let cluster: NodeCluster;
  beforeAll(async () => {
    cluster = await NodeCluster.start({ nodes: 2 });
  }, MINUTE_MS);
  afterAll(() => cluster.stop());

  it(
    'its waiting players leave; those of a game are disconnected first, may come back, and leave if they do not',
    async () => {
      const [a, b] = [cluster.node(0), cluster.node(1)];
      const alice = await player(b, 'alice');
      const [back, lost, early] = [await player(a, 'back'), await player(a, 'lost'), await player(a, 'early')];
      const waiting = await done(alice.client, 'create_room', { max_players: 4 });
      const { room_id } = await done(alice.client, 'create_room', { max_players: 4 });
      await done(lost.client, 'join_room', { room_id: waiting.room_id });
      for (const { client } of [back, lost, early]) await done(client, 'join_room', { room_id });
      await alice.client.next('game_start', inRoom(room_id));
      await a.crash();
      // Before the others know that the node is dead.
      const again = await enterLobby(b, early.actor);
      await eventually(() => told(alice.client, 'player_disconnected').length === 3, 30_000);
      await alice.client.next('player_reconnected', ({ player_id }) => player_id === early.id);
      await eventually(() => told(alice.client, 'player_left').some(inRoom(waiting.room_id)), 10_000);
      await enterLobby(b, back.actor);
      expect((await alice.client.next('player_reconnected'))[0]).toMatchObject({ player_id: back.id });
      await eventually(() => told(alice.client, 'player_left').some(inRoom(room_id)), 30_000);
      const left = told(alice.client, 'player_left').filter(inRoom(room_id));
      expect(left.map(({ player_id }) => player_id)).toEqual([lost.id]);
      expect(Object.keys((left[0] as unknown as { room: LobbyRoom }).room.players).sort()).toEqual(
        [alice.id, back.id, early.id].sort(),
      );
      await done(alice.client, 'game_move', { room_id, move: 'on' });
      await again.next('game_move');
    },
    2 * MINUTE_MS,
  );
});
