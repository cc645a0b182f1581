import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lobbies } from '../../src/lobby/lobbies.js';
import { eventually } from '../support/eventually.js';
import { done, enterLobby, game, inRoom, player, told } from '../support/lobby-scene.js';
import type { LobbyRoom, Player } from '../support/lobby-scene.js';
import { expectOk } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { LOBBY_NAMESPACES: '/lobby,/second', WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const envelope = (data: unknown) => ({ success: true, message: 'Success', data });

/** Two players who only meet each other. */
async function pair(transports: ('websocket' | 'polling')[] = ['websocket']) {
  const [alice, bob] = await Promise.all([player(app, 'alice', { transports }), player(app, 'bob', { transports })]);
  return { alice, bob, criteria: { only: alice.id } };
}

describe.each([['websocket' as const], ['polling' as const]])('lobby over %s (7.2)', (transport) => {
  const scene = () => pair([transport]);

  it('on connect: `connected` envelope { message, server_time, player_id, username }', async () => {
    const { alice } = await scene();
    const [connected] = await alice.client.next('connected');
    expect(connected).toEqual(
      envelope({
        message: expect.any(String) as string,
        server_time: expect.stringMatching(TIME) as string,
        player_id: alice.id,
        username: alice.name,
      }),
    );
    expect(alice.client.seen[0]?.event).toBe('connected');
  });

  it('join_lobby: `lobby_joined` envelope of the stats', async () => {
    const { alice } = await scene();
    const acknowledged = await alice.client.request('join_lobby', {});
    const stats = expectOk(await alice.actor.api.get('/lobby/stats'));
    expect(Object.keys(stats as object).sort()).toEqual([
      'active_rooms',
      'total_players',
      'total_rooms',
      'waiting_rooms',
    ]);
    expect(acknowledged).toMatchObject({ success: true, message: 'Success' });
    expect((await alice.client.next('lobby_joined'))[0]).toEqual(envelope(acknowledged.data));
  });

  it('create_room: `room_created` envelope of the room', async () => {
    const { alice } = await scene();
    const room_id = `made.by:${alice.id}_${transport}`;
    const room = await done(alice.client, 'create_room', { room_id, max_players: 3, data: { map: 'x' } });
    expect(room).toEqual({
      room_id,
      max_players: 3,
      players: { [alice.id]: { name: alice.name, joined_at: expect.stringMatching(TIME) as string, order: 1 } },
      status: 'waiting',
      created_at: expect.stringMatching(TIME) as string,
      data: { map: 'x' },
    });
    expect((await alice.client.next('room_created'))[0]).toEqual(envelope(room));
    expect(await alice.client.request('create_room', { room_id })).toMatchObject({ success: false, code: 'conflict' });
  });

  it('find_match: `match_found` envelope; the room gets `player_joined`; full: `active`, `game_start`', async () => {
    const { alice, bob, criteria } = await scene();
    const waiting = await done(alice.client, 'find_match', { player_name: 'Queen', criteria });
    expect(waiting).toMatchObject({ status: 'waiting', max_players: 2, players: { [alice.id]: { name: 'Queen' } } });
    expect((await alice.client.next('match_found'))[0]).toEqual(envelope(waiting));
    const full = await done(bob.client, 'find_match', { criteria });
    expect(full).toMatchObject({ room_id: waiting.room_id, status: 'active' });
    for (const { client } of [alice, bob]) {
      const [joined] = await client.next('player_joined', ({ player_id }) => player_id === bob.id);
      expect(joined).toMatchObject({ player_name: bob.name, room: { room_id: full.room_id } });
      const [start] = await client.next('game_start');
      expect(start).toEqual({ ...full, room: full });
    }
    const order = bob.client.seen.map(({ event }) => event);
    expect(order.indexOf('match_found')).toBeLessThan(order.indexOf('player_joined'));
    expect(order.indexOf('player_joined')).toBeLessThan(order.indexOf('game_start'));
  });

  it('join_room: `player_joined` { player_id, player_name, room }; leave_room: `player_left` { player_id, room }', async () => {
    const { alice, bob } = await scene();
    const { room_id } = await done(alice.client, 'create_room', { max_players: 3 });
    await done(bob.client, 'join_room', { room_id });
    for (const { client } of [alice, bob]) {
      expect((await client.next('player_joined', inRoom(room_id)))[0]).toEqual({
        player_id: bob.id,
        player_name: bob.name,
        room: expect.objectContaining({ room_id, status: 'waiting' }) as LobbyRoom,
      });
    }
    await done(bob.client, 'leave_room', { room_id });
    for (const { client } of [alice, bob]) {
      const [left] = await client.next('player_left', inRoom(room_id));
      expect(left).toMatchObject({ player_id: bob.id, room: { room_id } });
      expect(Object.keys((left as { room: LobbyRoom }).room.players)).toEqual([alice.id]);
    }
    expect(told(alice.client, 'player_joined').map(({ player_id }) => player_id)).toEqual([bob.id]);
  });

  it('game_move: { room_id, player_id, move, n } to the others; `n` counts the room’s moves', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob);
    const moves = [{ e2: 'e4' }, null, 7, 'x', [1, 2], { ['__proto__']: 1 }];
    for (const [index, move] of moves.entries()) {
      const [from, to] = index % 2 ? [bob, alice] : [alice, bob];
      expect(await done(from.client, 'game_move', { room_id, move })).toEqual({ room_id, n: index + 1 });
      expect((await to.client.next('game_move'))[0]).toEqual({ room_id, player_id: from.id, move, n: index + 1 });
    }
    expect(told(alice.client, 'game_move').every(({ player_id }) => player_id === bob.id)).toBe(true);
  });

  it('room_data: `room_updated` { room }; the creator only', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob, { data: { a: 1, b: 2 } });
    const room = await done(alice.client, 'room_data', { room_id, patch: { b: null, c: 3 } });
    expect(room.data).toEqual({ a: 1, c: 3 });
    for (const { client } of [alice, bob]) expect((await client.next('room_updated'))[0]).toEqual({ room });
    const refused = await bob.client.request('room_data', { room_id, patch: {} });
    expect(refused).toMatchObject({ success: false, code: 'forbidden' });
  });

  it('room_data in a room of find_match: who came first has made it', async () => {
    const { alice, bob, criteria } = await scene();
    const { room_id } = await done(alice.client, 'find_match', { criteria });
    await done(bob.client, 'find_match', { criteria });
    expect((await done(alice.client, 'room_data', { room_id, patch: { map: 'x' } })).data).toEqual({ map: 'x' });
    const refused = await bob.client.request('room_data', { room_id, patch: {} });
    expect(refused).toMatchObject({ success: false, code: 'forbidden' });
  });

  it('finish_game: `game_finished` { room }, and no move after it', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob);
    const room = await done(bob.client, 'finish_game', { room_id, result: { winner: bob.id } });
    expect(room.status).toBe('finished');
    for (const { client } of [alice, bob])
      expect((await client.next('game_finished'))[0]).toEqual({ room, result: { winner: bob.id } });
    expect(await alice.client.request('game_move', { room_id, move: 1 })).toMatchObject({ code: 'conflict' });
  });

  it('webrtc_offer, webrtc_answer, ice_candidate: to the target, else the others: the same with `sender_id`', async () => {
    const { alice, bob } = await scene();
    const carol = await player(app, 'carol', { transports: [transport] });
    const { room_id } = await done(alice.client, 'create_room', { max_players: 3 });
    for (const { client } of [bob, carol]) await done(client, 'join_room', { room_id });
    for (const [event, field, value] of [
      ['webrtc_offer', 'offer', { type: 'offer', sdp: 'v=0' }],
      ['webrtc_answer', 'answer', { type: 'answer', sdp: 'v=0' }],
      ['ice_candidate', 'candidate', { candidate: 'candidate:1' }],
      ['ice_candidate', 'candidate', null],
    ] as const) {
      const named = { room_id, target_id: bob.id, [field]: value };
      await done(alice.client, event, { ...named, sender_id: carol.id, from: carol.id });
      expect((await bob.client.next(event))[0]).toEqual({ ...named, sender_id: alice.id });
      await done(alice.client, event, { room_id, [field]: value });
      for (const { client } of [bob, carol])
        expect((await client.next(event))[0]).toEqual({ room_id, [field]: value, sender_id: alice.id });
    }
    const nowhere = { room_id, target_id: alice.id, offer: {} };
    expect(await alice.client.request('webrtc_offer', nowhere)).toMatchObject({ code: 'target_not_found' });
    expect(told(alice.client, 'webrtc_offer')).toEqual([]);
  });

  it('signals of one sender to one target arrive in the order sent', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob);
    for (let n = 0; n < 100; n += 1) {
      const event = n === 0 ? 'webrtc_offer' : 'ice_candidate';
      alice.client.emit(event, { room_id, target_id: bob.id, [n === 0 ? 'offer' : 'candidate']: { n } });
    }
    for (let n = 0; n < 100; n += 1) {
      const [signal] = await bob.client.next(n === 0 ? 'webrtc_offer' : 'ice_candidate');
      expect(signal[n === 0 ? 'offer' : 'candidate']).toEqual({ n });
    }
  });

  it('join_chat: `chat_joined` envelope { recent_messages: the last 20, oldest first, room: its id }', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob);
    for (let n = 1; n <= 25; n += 1) await done(alice.client, 'send_message', { room_id, text: ` number ${n} ` });
    const joined = await done<{ recent_messages: { text: string }[]; room: string }>(bob.client, 'join_chat', {
      room_id,
    });
    expect(joined.room).toBe(room_id);
    expect(joined.recent_messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, n) => `number ${n + 6}`),
    );
    expect((await bob.client.next('chat_joined'))[0]).toEqual(envelope(joined));
  });

  it('send_message: `new_message` to everyone in that chat, the sender too; stored in Postgres', async () => {
    const { alice, bob } = await scene();
    const room_id = await game(alice, bob);
    for (const { client } of [alice, bob]) await done(client, 'join_chat', { room_id });
    await done(alice.client, 'send_message', { room_id, text: ' hello ', user: 'forged', user_id: bob.id });
    for (const { client } of [alice, bob])
      expect((await client.next('new_message'))[0]).toEqual({
        id: expect.any(String) as string,
        room: room_id,
        user: alice.name,
        user_id: alice.id,
        text: 'hello',
        timestamp: expect.stringMatching(TIME) as string,
      });
    const rows = await app.sql('SELECT text FROM lobby_messages WHERE user_id = $1', [alice.id]);
    expect(rows).toEqual([{ text: 'hello' }]);
  });
});

describe('lobby (7.2)', () => {
  it('`chat_room` is open to all of the namespace, and to no other', async () => {
    const { alice, bob } = await pair();
    const other = await player(app, 'other', { namespace: '/second' });
    for (const { client } of [alice, bob, other]) await done(client, 'join_chat');
    await done(alice.client, 'send_message', { text: 'to all' });
    expect((await bob.client.next('new_message'))[0]).toMatchObject({ text: 'to all', room: 'chat_room' });
    expect((await other.client.untilMarker()).filter(({ event }) => event === 'new_message')).toEqual([]);
  });

  it('a room’s chat is for its players alone, and goes with the room', async () => {
    const { alice, bob } = await pair();
    const room_id = await game(alice, bob);
    await done(alice.client, 'send_message', { room_id, text: 'between us' });
    const eve = await player(app, 'eve');
    for (const [event, more] of [
      ['join_chat', {}],
      ['send_message', { text: 'x' }],
    ] as const)
      expect(await eve.client.request(event, { room_id, ...more })).toMatchObject({ code: 'forbidden' });
    for (const { client } of [alice, bob]) await done(client, 'leave_room', { room_id });
    const count = () => app.sql<{ n: string }>('SELECT count(*) n FROM lobby_messages WHERE user_id = $1', [alice.id]);
    await eventually(async () => (await count())[0]?.n === '0');
    await done(eve.client, 'create_room', { room_id });
    expect(await done(eve.client, 'join_chat', { room_id })).toMatchObject({ recent_messages: [] });
  });

  it('who has left a room hears its chat no more', async () => {
    const { alice, bob } = await pair();
    const room_id = await game(alice, bob);
    for (const { client } of [alice, bob]) await done(client, 'join_chat', { room_id });
    await done(bob.client, 'leave_room', { room_id });
    await done(alice.client, 'send_message', { room_id, text: 'alone' });
    await alice.client.next('new_message');
    expect((await bob.client.untilMarker()).filter(({ event }) => event === 'new_message')).toEqual([]);
  });

  it('`lobby_stats` comes after join_lobby when the numbers change', async () => {
    const { alice, bob } = await pair();
    const before = await done<{ total_rooms: number }>(alice.client, 'join_lobby');
    for (let n = 0; n < 5; n += 1) await done(bob.client, 'create_room', { max_players: 3 });
    const [stats] = await alice.client.next('lobby_stats', ({ total_rooms }) => total_rooms === before.total_rooms + 5);
    expect(stats).toEqual(expectOk(await alice.actor.api.get('/lobby/stats')));
    expect(told(bob.client, 'lobby_stats')).toEqual([]);
  });

  it('each namespace has its own rooms, stats and chat', async () => {
    const { alice } = await pair();
    const other = await player(app, 'other', { namespace: '/second' });
    const { room_id } = await done(alice.client, 'create_room');
    expect(await other.client.request('join_room', { room_id })).toMatchObject({ code: 'not_found' });
    await done(other.client, 'create_room', { room_id });
    const listed = expectOk(await alice.actor.api.get('/lobby/rooms?namespace=/second')) as { items: LobbyRoom[] };
    expect(Object.keys(listed.items.find((room) => room.room_id === room_id)?.players ?? {})).toEqual([other.id]);
  });

  it('a player’s id is the user’s id, whatever the payload says', async () => {
    const { alice, bob, criteria } = await pair();
    const forged = { player_id: bob.id, user_id: bob.id, id: bob.id, sender_id: bob.id, criteria };
    const room = await done(alice.client, 'find_match', forged);
    expect(Object.keys(room.players)).toEqual([alice.id]);
  });

  it('two tabs of a user are one seat, and the later one holds it', async () => {
    const { alice, bob } = await pair();
    const room_id = await game(alice, bob);
    const tab = await enterLobby(app, bob.actor);
    await done(tab, 'join_room', { room_id });
    expect((await tab.next('player_joined'))[0]).toMatchObject({ player_id: bob.id, room: { room_id } });
    expect((await bob.client.next('error'))[0]).toMatchObject({ success: false, code: 'conflict' });
    await done(alice.client, 'game_move', { room_id, move: 1 });
    await tab.next('game_move');
    expect(told(bob.client, 'game_move')).toEqual([]);
    expect(await bob.client.request('game_move', { room_id, move: 2 })).toMatchObject({ code: 'forbidden' });
    bob.client.close();
    await done(tab, 'game_move', { room_id, move: 3 });
    expect((await alice.client.next('game_move'))[0]).toMatchObject({ n: 2 });
    expect(told(alice.client, 'player_disconnected')).toEqual([]);
  });

  it('a waiting player who drops leaves at once', async () => {
    const { alice, bob } = await pair();
    const { room_id } = await done(alice.client, 'create_room', { max_players: 3 });
    await done(bob.client, 'join_room', { room_id });
    bob.client.terminate();
    expect((await alice.client.next('player_left'))[0]).toMatchObject({ player_id: bob.id });
    expect(told(alice.client, 'player_disconnected')).toEqual([]);
  });

  it('a player of an active room may come back (`player_disconnected`, `player_reconnected`)', async () => {
    const { alice, bob } = await pair();
    const room_id = await game(alice, bob);
    bob.client.terminate();
    const [gone] = await alice.client.next('player_disconnected');
    expect(gone).toMatchObject({ player_id: bob.id, player_name: bob.name, room: { room_id } });
    const again = await enterLobby(app, bob.actor);
    const [back] = await alice.client.next('player_reconnected');
    expect(back).toMatchObject({ player_id: bob.id, room: { room_id } });
    expect(Object.keys((await done(again, 'join_room', { room_id })).players)).toHaveLength(2);
    await done(alice.client, 'game_move', { room_id, move: 'go on' });
    expect((await again.next('game_move'))[0]).toMatchObject({ move: 'go on', n: 1 });
    expect(told(alice.client, 'player_reconnected')).toHaveLength(1);
    expect(told(alice.client, 'player_left')).toEqual([]);
  });

  it('private rooms, and any room’s `data`, show only to their players', async () => {
    const { alice, bob } = await pair();
    const secret = await done(alice.client, 'create_room', { private: true, data: { secret: 1 } });
    const open = await done(alice.client, 'create_room', { max_players: 5, data: { secret: 2 } });
    const listed = async ({ actor }: Player) =>
      (expectOk(await actor.api.get('/lobby/rooms?limit=100')) as { items: LobbyRoom[] }).items;
    const seenBy = async (who: Player) =>
      new Map((await listed(who)).map(({ room_id, data }) => [room_id, data] as const));
    expect((await seenBy(alice)).get(secret.room_id)).toEqual({ secret: 1 });
    expect((await seenBy(bob)).has(secret.room_id)).toBe(false);
    expect((await seenBy(bob)).get(open.room_id)).toEqual({});
    for (const [event, more] of [
      ['game_move', { move: 1 }],
      ['webrtc_offer', { offer: {} }],
      ['room_data', { patch: {} }],
      ['finish_game', {}],
      ['leave_room', {}],
      ['join_chat', {}],
    ] as const) {
      const payload = { room_id: secret.room_id, ...more };
      expect(await bob.client.request(event, payload), event).toMatchObject({ code: 'not_found' });
      const known = { room_id: open.room_id, ...more };
      expect(await bob.client.request(event, known), event).toMatchObject({ code: 'forbidden' });
    }
    await done(bob.client, 'join_room', { room_id: secret.room_id });
    await done(bob.client, 'leave_room', { room_id: secret.room_id });
    const [left] = await bob.client.next('player_left');
    expect(left).toMatchObject({ room: { data: {} } });
  });

  it('errors: the acknowledgement, and an `error` event { success: false, message, error, code }', async () => {
    const { alice } = await pair();
    const answer = await alice.client.request('join_room', { room_id: 'nowhere' });
    expect(answer).toMatchObject({ success: false, code: 'not_found', error: answer.message });
    expect((await alice.client.next('error'))[0]).toEqual(answer);
    alice.client.emit('join_room', { room_id: 'nowhere' });
    expect((await alice.client.next('error'))[0]).toEqual(answer);
  });

  it('the same is open to back-end authors: what code does is what players see', async () => {
    const { alice, bob } = await pair();
    const lobby = app.app.get(Lobbies, { strict: false }).of('/lobby');
    const room = await lobby.createRoom(undefined, 2);
    await done(alice.client, 'join_room', { room_id: room.roomId });
    expect(await (await lobby.getRoom(room.roomId))?.addPlayer('robot', { name: 'Robot', level: 9 })).toMatchObject({
      success: true,
    });
    const [start] = await alice.client.next('game_start');
    expect(start['players']).toMatchObject({ robot: { name: 'Robot', level: 9, order: 2 } });
    expect(await bob.client.request('join_room', { room_id: room.roomId })).toMatchObject({ code: 'room_full' });
    expect(await lobby.removeRoom(room.roomId)).toBe(true);
    expect((await alice.client.next('player_left', ({ player_id }) => player_id === alice.id))[0]).toBeDefined();
  });
});
