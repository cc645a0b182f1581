import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, game, player, told } from '../support/lobby-scene.js';
import type { LobbyRoom } from '../support/lobby-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0', WS_MAX_PAYLOAD_BYTES: '131072' } });
});
afterAll(() => app.close());

const deep = (levels: number): unknown => (levels === 0 ? 1 : { x: deep(levels - 1) });

describe('bad input to the lobby (7.2)', () => {
  it.each([
    ['create_room', { room_id: '' }],
    ['create_room', { room_id: 'user' }],
    ['create_room', { room_id: 'chat_room' }],
    ['create_room', { room_id: 'a/b' }],
    ['create_room', { room_id: 'x'.repeat(129) }],
    ['create_room', { room_id: 7 }],
    ['create_room', { room_id: null }],
    ['create_room', { max_players: 1 }],
    ['create_room', { max_players: 65 }],
    ['create_room', { max_players: 2.5 }],
    ['create_room', { max_players: '2' }],
    ['create_room', { data: 'text' }],
    ['create_room', { data: { long: 'x'.repeat(20_000) } }],
    ['create_room', { private: 'yes' }],
    ['find_match', { player_name: ' ' }],
    ['find_match', { player_name: 'x'.repeat(65) }],
    ['find_match', { criteria: [] }],
    ['find_match', { criteria: { long: 'x'.repeat(3000) } }],
    ['join_room', {}],
    ['leave_room', { room_id: {} }],
    ['game_move', { room_id: 'r' }],
    ['game_move', { room_id: 'r', move: 'x'.repeat(33 * 1024) }],
    ['room_data', { room_id: 'r', patch: null }],
    ['webrtc_offer', { room_id: 'r', offer: 'text' }],
    ['webrtc_offer', { room_id: 'r', offer: null }],
    ['webrtc_offer', { room_id: 'r', offer: { sdp: 'x'.repeat(33 * 1024) } }],
    ['webrtc_offer', { room_id: 'r', offer: {}, target_id: 7 }],
    ['ice_candidate', { room_id: 'r' }],
    ['join_chat', { room_id: 'no room' }],
    ['send_message', { text: ' ' }],
    ['send_message', { text: 'x'.repeat(4001) }],
    ['send_message', { text: 'a\0b' }],
    ['send_message', { text: '\ud800' }],
    ['send_message', {}],
  ])('%s %# is validation_failed', async (event, payload) => {
    const { client } = await player(app);
    expect(await client.request(event, payload)).toMatchObject({ success: false, code: 'validation_failed' });
    expect((await client.next('error'))[0]).toMatchObject({ success: false, code: 'validation_failed' });
    client.close();
  });

  it.each(['text', 7, [1], null, true, deep(33)])('%j as a payload is bad_json', async (payload) => {
    const { client } = await player(app);
    expect(await client.request('join_lobby', payload)).toMatchObject({ success: false, code: 'bad_json' });
    client.close();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'error', 'connected', 'departed', 'admit', ''])(
    'an event named %j is unknown_type',
    async (event) => {
      const { client } = await player(app);
      expect(await client.request(event, {})).toMatchObject({ success: false, code: 'unknown_type' });
      expect(await client.request('join_lobby', {})).toMatchObject({ success: true });
      client.close();
    },
  );

  it('a text of 4000 code points is taken, and counted in those', async () => {
    const { client } = await player(app);
    const text = '😀'.repeat(4000);
    expect(await done(client, 'send_message', { text: ` ${text} ` })).toMatchObject({ text });
    expect(await client.request('send_message', { text: `${text}😀` })).toMatchObject({ code: 'validation_failed' });
  });

  it('a room named __proto__, with data, criteria and moves of such keys, is a room like any other', async () => {
    const [alice, bob] = [await player(app, 'alice'), await player(app, 'bob')];
    const odd = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    await done(alice.client, 'create_room', { room_id: '__proto__', data: odd });
    const room = await done(bob.client, 'join_room', { room_id: '__proto__' });
    expect(JSON.stringify(room.data)).toBe(JSON.stringify(odd));
    await done(alice.client, 'game_move', { room_id: '__proto__', move: odd });
    const [move] = await bob.client.next('game_move');
    expect(JSON.stringify(move['move'])).toBe(JSON.stringify(odd));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    await done(alice.client, 'find_match', { criteria: odd });
    const twin = await done(bob.client, 'find_match', { criteria: odd });
    expect(Object.keys(twin.players).sort()).toEqual([alice.id, bob.id].sort());
  });

  it('who is not in the room changes nothing in it, and nobody in it hears of the attempt', async () => {
    const [alice, bob, eve] = [await player(app, 'alice'), await player(app, 'bob'), await player(app, 'eve')];
    const room_id = await game(alice, bob);
    const before = alice.client.seen.length;
    for (const [event, payload] of [
      ['game_move', { move: 1 }],
      ['webrtc_offer', { offer: {}, target_id: alice.id }],
      ['webrtc_answer', { answer: {} }],
      ['ice_candidate', { candidate: null, sender_id: bob.id }],
      ['room_data', { patch: { a: 1 } }],
      ['finish_game', {}],
      ['leave_room', { player_id: alice.id }],
      ['send_message', { text: 'hi' }],
    ] as const)
      expect(await eve.client.request(event, { room_id, ...payload }), event).toMatchObject({ code: 'forbidden' });
    expect(await eve.client.request('join_room', { room_id })).toMatchObject({ code: 'room_full' });
    await alice.client.untilMarker();
    expect(alice.client.seen.slice(before).filter(({ event }) => event !== 'error')).toEqual([]);
  });

  it('fifty who join at capacity at once: as many as fit are in, the others are told room_full', async () => {
    const host = await player(app, 'host');
    const { room_id } = await done(host.client, 'create_room', { max_players: 8 });
    const players = await Promise.all(Array.from({ length: 50 }, () => player(app)));
    const answers = await Promise.all(players.map(({ client }) => client.request('join_room', { room_id })));
    expect(answers.filter(({ success }) => success)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 'room_full')).toHaveLength(43);
    const [start] = await host.client.next('game_start');
    expect(Object.keys((start['room'] as LobbyRoom).players)).toHaveLength(8);
    expect(told(host.client, 'player_joined')).toHaveLength(7);
    for (const { client } of players) client.close();
  });

  it('a player holds twenty seats at most', async () => {
    const { client } = await player(app);
    for (let n = 0; n < 20; n += 1) await done(client, 'create_room');
    expect(await client.request('create_room', {})).toMatchObject({ success: false, code: 'conflict' });
    expect(await client.request('find_match', { max_players: 9 })).toMatchObject({ success: false, code: 'conflict' });
  });
});
