import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { enterRoom, heardBefore, newRoom, roomOf } from '../support/room-scene.js';
import { register, typesOf } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const MOST = 4;
const GRACE_MS = 600;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let app: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  app = await startTestApp({ env: { RECONNECT_GRACE_MS: String(GRACE_MS), ROOM_MAX_PARTICIPANTS: String(MOST) } });
  [alice, bob, carol] = [await register(app, 'alice'), await register(app, 'bob'), await register(app, 'carol')];
});
afterAll(() => app.close());

const connect = (room: string, query = '') => SocketClient.connect(`${app.wsUrl}/ws/${room}${query}`);

describe('the address (5)', () => {
  it.each(['channel', 'dm', 'meet'])('%s is reserved, and no room id: 4400, before authentication', async (word) => {
    const client = await connect(word);
    expect(await client.closed).toMatchObject({ code: 4400 });
    expect(client.seen).toEqual([]);
  });

  it.each([
    ['a space', 'a%20b'],
    ['a slash', 'a%2Fb'],
    ['another alphabet', '%C3%A4'],
    ['129 characters', 'x'.repeat(129)],
    ['NUL', 'a%00'],
  ])('a room id with %s is 4400, before authentication', async (_, room) => {
    const client = await connect(room, `?token=${alice.token}`);
    expect(await client.closed).toMatchObject({ code: 4400 });
    expect(client.seen).toEqual([]);
  });

  it.each(['x', 'x'.repeat(128), 'Az09_.:-', 'Channel', '__proto__', 'constructor'])(
    'a room id is 1 to 128 of A-Z a-z 0-9 _ . : -: %s',
    async (room) => {
      const { client, entry } = await enterRoom(alice, room);
      expect(entry).toMatchObject({ room_id: room, users: [] });
      await client.close();
    },
  );

  it.each(['', '/', '/x/y'])('a path that no gateway serves is 404: /ws%s', async (path) => {
    await expect(SocketClient.connect(`${app.wsUrl}/ws${path}`)).rejects.toThrow('HTTP 404');
  });
});

describe('authentication (5, 1.1)', () => {
  it('in band: auth_required, auth_token with a clientId, auth_success, users_in_room', async () => {
    const client = await connect(newRoom());
    expect(await client.next()).toEqual({ type: 'auth_required', timeout_ms: 10_000 });
    client.send({ type: 'auth_token', token: alice.token, clientId: 'laptop-1' });
    expect(await client.next()).toEqual({
      type: 'auth_success',
      user: alice.username,
      user_id: alice.id,
      client_id: 'laptop-1',
      expires_at: expect.any(String),
    });
    expect(await client.next()).toMatchObject({ type: 'users_in_room', users: [] });
  });

  it('with a credential at the upgrade auth_success comes at once, and ?client_id= names the client', async () => {
    const room = newRoom();
    const client = await connect(room, `?token=${alice.token}&client_id=Az09_.:-`);
    expect(await client.next()).toMatchObject({ type: 'auth_success', client_id: 'Az09_.:-', user_id: alice.id });
    expect(await client.next()).toMatchObject({ type: 'users_in_room', room_id: room });
    const malformed = await connect(room, `?token=${alice.token}&client_id=a%20b`);
    expect(await malformed.closed).toMatchObject({ code: 4400 });
  });

  it.each(['', 'a b', 'x'.repeat(65), 'ä', 7, {}])(
    'a clientId of another shape is validation_failed: %s',
    async (clientId) => {
      const client = await connect(newRoom());
      await client.next('auth_required');
      client.send({ type: 'auth_token', token: alice.token, clientId, ref: 'r' });
      expect(await client.next()).toMatchObject({
        type: 'error',
        code: 'validation_failed',
        ref: 'r',
        details: [{ field: 'clientId' }],
      });
      client.send({ type: 'auth_token', token: alice.token, clientId: 'x'.repeat(64) });
      expect(await client.next()).toMatchObject({ type: 'auth_success' });
    },
  );

  it('without a clientId the server makes a UUID', async () => {
    const room = newRoom();
    const client = await connect(room);
    await client.next('auth_required');
    client.send({ type: 'auth_token', token: alice.token });
    const { client_id } = await client.next('auth_success');
    expect(client_id).toMatch(UUID);
    const { entry } = await enterRoom(bob, room);
    expect(entry['users']).toEqual([{ client_id, username: alice.username, order: 1 }]);
  });

  it('nothing is handled before it, and what comes while it is decided is handled after it, in order (W11)', async () => {
    const room = newRoom();
    const [a] = await roomOf(room, alice);
    const client = await connect(room);
    await client.next('auth_required');
    client.send({ type: 'offer', offer: {}, ref: 'early' });
    expect(await client.next()).toMatchObject({ type: 'error', code: 'auth_required', ref: 'early' });
    client.send({ type: 'auth_token', token: bob.token, clientId: 'hasty' });
    client.send({ type: 'offer', offer: { n: 1 }, to: a.id });
    client.send({ type: 'ice_candidate', candidate: null, to: a.id });
    expect(typesOf([await a.client.next(), await a.client.next(), await a.client.next()])).toEqual([
      'user_joined',
      'offer',
      'ice_candidate',
    ]);
  });

  it('a second one of another user never swaps who somebody is: 4401, and the others are told (W11)', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    b.client.send({ type: 'auth_token', token: alice.token, clientId: a.id });
    expect(await b.client.closed).toMatchObject({ code: 4401 });
    expect(await a.client.next()).toMatchObject({ type: 'user_left', client_id: b.id, username: bob.username });
  });

  it('a second one of the same user renews it, and keeps the client id (W11)', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const { client } = b;
    client.send({ type: 'auth_token', token: bob.token, clientId: 'another' });
    expect(await client.next('auth_success')).toMatchObject({ client_id: b.id });
    client.send({ type: 'data', data: {}, to: a.id });
    expect(await a.client.next()).toMatchObject({ type: 'data', from: b.id });
  });

  it('a forged token is 4401, and none at all 4408, and nobody is told (W11)', async () => {
    const impatient = await startTestApp({ env: { WS_AUTH_TIMEOUT_MS: '200' } });
    const silent = await SocketClient.connect(`${impatient.wsUrl}/ws/r`);
    const forger = await SocketClient.connect(`${impatient.wsUrl}/ws/r?token=forged`);
    expect(await forger.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token' });
    expect(await forger.closed).toMatchObject({ code: 4401 });
    expect(await silent.closed).toMatchObject({ code: 4408 });
    expect(typesOf(silent.seen)).toEqual(['auth_required']);
    await impatient.close();
  });
});

describe('users_in_room, user_joined, user_left (5)', () => {
  it('one who enters gets those already there, not oneself, and its own order; the others user_joined', async () => {
    const room = newRoom();
    const a = await enterRoom(alice, room, 'a');
    expect(a.entry).toEqual({ type: 'users_in_room', room_id: room, users: [], order: 1 });
    const b = await enterRoom(bob, room, 'b');
    expect(b.entry['users']).toEqual([{ client_id: 'a', username: alice.username, order: 1 }]);
    expect(b.entry['order']).toBe(2);
    const joined = { type: 'user_joined', client_id: 'b', from: 'b', username: bob.username, order: 2 };
    expect(await a.client.next()).toEqual(joined);
    const c = await enterRoom(alice, room, 'c');
    expect(c.entry['users']).toEqual([
      { client_id: 'a', username: alice.username, order: 1 },
      { client_id: 'b', username: bob.username, order: 2 },
    ]);
    for (const { client } of [a, b])
      expect(await client.next()).toMatchObject({ type: 'user_joined', client_id: 'c', order: 3 });
    expect(await c.client.untilMarker()).toEqual([]);
  });

  it('order grows with each join, also after somebody left', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    await b.client.close();
    await a.client.next('user_left');
    expect((await enterRoom(bob, room)).entry).toMatchObject({ order: 3 });
  });

  it.each([
    ['a clean close', (client: SocketClient) => client.close()],
    [
      'a close without a code',
      (client: SocketClient) => {
        client.ws.close();
      },
    ],
    [
      'a protocol error',
      (client: SocketClient) => {
        client.ws.send(Buffer.from([1]));
      },
    ],
    ['a close code of its own', (client: SocketClient) => client.close(4000)],
    [
      'a broken connection',
      (client: SocketClient) => {
        client.terminate();
      },
    ],
  ])('user_left comes once after %s', async (_, end) => {
    const [a, b, c] = await roomOf(newRoom(), alice, bob, carol);
    end(b.client);
    for (const { client } of [a, c])
      expect(await client.next('user_left')).toEqual({
        type: 'user_left',
        client_id: b.id,
        from: b.id,
        username: bob.username,
      });
    expect(await heardBefore(a, c)).toEqual([]);
  });

  it('user_left comes after the end of a session too', async () => {
    const [a, mallory] = await roomOf(newRoom(), alice, await register(app, 'mallory'));
    const actor = await register(app, 'leaver');
    const leaver = await enterRoom(actor, a.entry['room_id'] as string);
    await a.client.next('user_joined');
    expect((await actor.api.post('/auth/logout')).status).toBeLessThan(300);
    expect(await leaver.client.closed).toMatchObject({ code: 4401 });
    expect(await a.client.next()).toMatchObject({ type: 'user_left', client_id: leaver.id });
    expect(typesOf(await heardBefore(mallory, a))).toEqual(['user_joined', 'user_left']);
  });

  it('a room without participants vanishes: orders begin anew', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    await Promise.all([a.client.close(), b.client.close()]);
    const { client, entry } = await enterRoom(carol, room);
    expect(entry).toMatchObject({ users: [], order: 1 });
    await client.close();
  });

  it('one room knows nothing of another', async () => {
    const [here, there] = [newRoom(), newRoom()];
    const [a, b] = await roomOf(here, alice, bob);
    const [c] = await roomOf(there, carol);
    a.client.send({ type: 'data', data: {} });
    await b.client.next('data');
    expect(await c.client.untilMarker()).toEqual([]);
  });
});

describe('a room holds ROOM_MAX_PARTICIPANTS (5)', () => {
  it('the next one gets room_full, then 4403; a place that gets free can be taken', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob, carol);
    await enterRoom(alice, room, 'fourth');
    for (const { client } of [a, b]) await client.next((event) => event['client_id'] === 'fourth');
    const late = await bob.dial(`/ws/${room}`, { client_id: 'late' });
    await late.next('auth_success');
    expect(await late.next()).toMatchObject({ type: 'error', code: 'room_full' });
    expect(await late.closed).toMatchObject({ code: 4403 });
    expect(await heardBefore(a, b)).toEqual([]);
    await b.client.close();
    await a.client.next('user_left');
    expect((await enterRoom(carol, room)).entry['users']).toHaveLength(3);
  });

  it('of 50 who come at once to a room for four, four are in it, each once, and the others were told why (R3)', async () => {
    const room = newRoom();
    const clients = await Promise.all(
      Array.from({ length: 50 }, (_, n) => [alice, bob, carol][n % 3]!.dial(`/ws/${room}`, { client_id: `c${n}` })),
    );
    const outcomes = await Promise.all(
      clients.map((client) => client.next((event) => event.type === 'users_in_room' || event.type === 'error')),
    );
    const inside = clients.filter((_, n) => outcomes[n]!.type === 'users_in_room');
    expect(inside).toHaveLength(MOST);
    for (const [n, outcome] of outcomes.entries()) {
      if (outcome.type === 'users_in_room') continue;
      expect(outcome).toMatchObject({ code: 'room_full' });
      expect(await clients[n]!.closed).toMatchObject({ code: 4403 });
    }
    const orders = outcomes.flatMap((event) => (event.type === 'users_in_room' ? [event['order']] : []));
    expect([...orders].sort()).toEqual([1, 2, 3, 4]);
    await Promise.all(inside.map((client) => client.close()));
  });
});

describe('the same client id twice in a room (5)', () => {
  it('the same user replaces the old connection: 4409 to the old, and nobody else is told', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    const again = await enterRoom(bob, room, b.id);
    expect(again.entry).toEqual(b.entry);
    expect(await b.client.closed).toMatchObject({ code: 4409 });
    expect(await heardBefore(a, again)).toEqual([]);
    a.client.send({ type: 'data', data: { n: 1 }, to: b.id });
    expect(await again.client.next()).toMatchObject({ type: 'data', data: { n: 1 } });
  });

  it('twenty tabs with one id at once leave one connection, and nobody else is told (R3)', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    const tabs = await Promise.all(Array.from({ length: 20 }, () => bob.dial(`/ws/${room}`, { client_id: b.id })));
    expect(await b.client.closed).toMatchObject({ code: 4409 });
    const codes: number[] = [];
    for (const tab of tabs) void tab.closed.then(({ code }) => codes.push(code));
    await eventually(() => codes.length === tabs.length - 1);
    expect(new Set(codes)).toEqual(new Set([4409]));
    expect(await a.client.request({ type: 'data', data: 'who is it', to: b.id })).toMatchObject({ type: 'ack' });
    const last = tabs.find(({ ws }) => ws.readyState === ws.OPEN)!;
    expect(await last.next('data')).toMatchObject({ data: 'who is it' });
    expect(typesOf(await a.client.untilMarker())).toEqual([]);
  });

  it('another user is refused with 4403, and nobody is told (Z6)', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    const thief = await carol.dial(`/ws/${room}`, { client_id: b.id });
    await thief.next('auth_success');
    expect(await thief.next()).toMatchObject({ type: 'error', code: 'forbidden' });
    expect(await thief.closed).toMatchObject({ code: 4403 });
    expect(await heardBefore(b, a)).toEqual([]);
    expect(await heardBefore(a, b)).toEqual([]);
  });

  it('another user is refused while its owner is away, and may have it once that has left', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    b.client.terminate();
    await b.client.closed;
    const thief = await carol.dial(`/ws/${room}`, { client_id: b.id });
    expect(await thief.closed).toMatchObject({ code: 4403 });
    await a.client.next('user_left');
    expect((await enterRoom(carol, room, b.id)).entry).toMatchObject({ order: 3 });
  });

  it('one that comes back within RECONNECT_GRACE_MS gets what was meant for it, first, in order, and nobody is told', async () => {
    const room = newRoom();
    const [a, b, c] = await roomOf(room, alice, bob, carol);
    b.client.terminate();
    await b.client.closed;
    a.client.send({ type: 'offer', offer: { n: 1 }, to: b.id });
    a.client.send({ type: 'ice_candidate', candidate: { n: 2 } });
    await a.client.request({ type: 'ice_candidate', candidate: null, to: b.id });
    await c.client.request({ type: 'data', data: { n: 1 }, to: b.id });
    const again = await bob.dial(`/ws/${room}`, { client_id: b.id });
    c.client.send({ type: 'data', data: { n: 2 }, to: b.id });
    await again.next('auth_success');
    expect(await again.next()).toMatchObject({ type: 'users_in_room', order: 2, users: [{}, {}] });
    const got = [await again.next(), await again.next(), await again.next(), await again.next(), await again.next()];
    expect(got.filter(({ from }) => from === a.id)).toMatchObject([
      { offer: { n: 1 } },
      { candidate: { n: 2 } },
      { candidate: null },
    ]);
    expect(got.filter(({ from }) => from === c.id)).toMatchObject([{ data: { n: 1 } }, { data: { n: 2 } }]);
    expect(typesOf(await heardBefore(a, c))).toEqual([]);
  });
});

describe('offer, answer, ice_candidate, data (5)', () => {
  const FIELDS = { offer: 'offer', answer: 'answer', ice_candidate: 'candidate', data: 'data' } as const;
  const types = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

  it.each(types)('%s goes to `to` alone, with from and username', async (type) => {
    const [a, b, c] = await roomOf(newRoom(), alice, bob, carol);
    const body = { sdp: 'v=0\r\n', deep: [{ er: [1, null, 'ü😀'] }] };
    expect(await a.client.request({ type, [FIELDS[type]]: body, to: b.id })).toEqual({
      type: 'ack',
      ref: expect.any(String),
    });
    expect(await b.client.next()).toEqual({ type, [FIELDS[type]]: body, from: a.id, username: alice.username });
    expect(await heardBefore(c, b)).toEqual([]);
    expect(await heardBefore(a, b)).toEqual([]);
  });

  it.each(types)('%s without `to` goes to everyone but the sender', async (type) => {
    const [a, b, c] = await roomOf(newRoom(), alice, bob, carol);
    a.client.send({ type, [FIELDS[type]]: {} });
    a.client.send({ type, [FIELDS[type]]: { n: 2 }, to: null });
    for (const { client } of [b, c])
      for (const body of [{}, { n: 2 }])
        expect(await client.next()).toEqual({ type, [FIELDS[type]]: body, from: a.id, username: alice.username });
    expect(await heardBefore(a, b)).toEqual([]);
  });

  it('from one sender to one target arrive in the order sent, and candidates never before their offer', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const sent = Array.from({ length: 60 }, (_, n) =>
      n % 5 === 0 ? { type: 'offer', offer: { n } } : { type: 'ice_candidate', candidate: { n } },
    );
    for (const [n, signal] of sent.entries()) a.client.send(n % 2 === 0 ? signal : { ...signal, to: b.id });
    for (const signal of sent) expect(await b.client.next()).toMatchObject(signal);
  });

  it('to a target that is not in the room is target_not_found, with details that name it (R1)', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const [c] = await roomOf(newRoom(), carol);
    for (const to of [c.id, randomUUID(), a.id, '', '__proto__'])
      expect(await a.client.request({ type: 'offer', offer: {}, to })).toMatchObject({
        type: 'error',
        code: 'target_not_found',
        details: [{ field: 'to', problems: [`${to} is not here`] }],
      });
    await b.client.close();
    await a.client.next('user_left');
    expect(await a.client.request({ type: 'answer', answer: {}, to: b.id })).toMatchObject({
      code: 'target_not_found',
    });
    expect(await c.client.untilMarker()).toEqual([]);
  });

  it('sender fields, and the room, come from the connection, never from the payload (Z5, R1)', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const [c] = await roomOf(newRoom(), carol);
    const forged = {
      from: c.id,
      username: carol.username,
      client_id: c.id,
      room_id: c.entry['room_id'],
      user_id: carol.id,
    };
    a.client.send({ type: 'offer', offer: {}, ...forged });
    expect(await b.client.next()).toEqual({ type: 'offer', offer: {}, from: a.id, username: alice.username });
    expect(await c.client.untilMarker()).toEqual([]);
  });

  it.each([
    ['numbers beyond a double, spacing, escapes', '{ "n":12345678901234567890.50 ,"s":"\\u0041\\/}]" , "e":1E2}'],
    ['doubled keys, and their order', '{"b":1,"a":2,"b":3}'],
    ['keys that mean something to JavaScript', '{"__proto__":{"polluted":true},"constructor":1}'],
  ])('are relayed untouched: %s', async (_, body) => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const text = new Promise((resolve) =>
      b.client.ws.once('message', (frame: Buffer) => {
        resolve(frame.toString());
      }),
    );
    a.client.sendText(`{"type":"offer","offer":${body}}`);
    expect(await text).toContain(`"offer":${body}}`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(types)('%s takes up to 32 KiB, and no more (R2)', async (type) => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const most = { sdp: 'x'.repeat(32_768 - '{"sdp":""}'.length) };
    expect(await a.client.request({ type, [FIELDS[type]]: most, to: b.id })).toMatchObject({ type: 'ack' });
    expect(await b.client.next()).toMatchObject({ type, [FIELDS[type]]: most });
    const over = { sdp: `${most.sdp}x` };
    expect(await a.client.request({ type, [FIELDS[type]]: over, to: b.id })).toMatchObject({
      code: 'validation_failed',
      details: [{ field: FIELDS[type] }],
    });
    expect(await heardBefore(b, a)).toEqual([]);
  });

  it.each(['offer', 'answer', 'ice_candidate'] as const)('%s takes a JSON object alone (R2)', async (type) => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const wrong = ['v=0', 7, true, [], [{}], undefined, ...(type === 'ice_candidate' ? [] : [null])];
    for (const body of wrong)
      expect(await a.client.request({ type, [FIELDS[type]]: body, to: b.id })).toMatchObject({
        code: 'validation_failed',
        details: [{ field: FIELDS[type] }],
      });
    expect(await heardBefore(b, a)).toEqual([]);
  });

  it('a candidate may be null, the end of candidates, and data any JSON', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    a.client.send({ type: 'ice_candidate', candidate: null });
    expect(await b.client.next()).toMatchObject({ candidate: null });
    for (const data of [null, 'hello', 7, false, [1]]) {
      a.client.send({ type: 'data', data });
      expect(await b.client.next()).toMatchObject({ type: 'data', data });
    }
    expect(await a.client.request({ type: 'data' })).toMatchObject({ code: 'validation_failed' });
  });

  it.each([[7], [{}], [['x']], ['x'.repeat(65)]])(
    'a `to` that can be nobody’s is validation_failed: %s',
    async (to) => {
      const [a] = await roomOf(newRoom(), alice);
      expect(await a.client.request({ type: 'data', data: {}, to })).toMatchObject({
        code: 'validation_failed',
        details: [{ field: 'to' }],
      });
    },
  );

  it('an unknown type is unknown_type, and the connection stays', async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    for (const type of ['webrtc_offer', '__proto__', 'error', 'user_left', 'toString'])
      expect(await a.client.request({ type, to: b.id })).toMatchObject({ type: 'error', code: 'unknown_type' });
    expect(await heardBefore(b, a)).toEqual([]);
  });
});
