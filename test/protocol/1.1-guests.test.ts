import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { USERNAME_PATTERN } from '../../src/users/username.js';
import { startEchoApp } from '../support/echo-app.js';
import { decode, forge } from '../support/forged-token.js';
import { GuestsModule, OpenGateway } from '../support/guest-gateways.js';
import { register } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp, TEST_ENVIRONMENT, TestApp } from '../support/test-app.js';

const SECRET = TEST_ENVIRONMENT.JWT_SECRET;
const UUID = /^[0-9a-f-]{36}$/;
const TIME = expect.stringMatching(/Z$/) as string;

let app: TestApp;
let off: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' }, extraModules: [GuestsModule] });
  off = await startTestApp({ extraModules: [GuestsModule], databaseUrl: app.databaseUrl });
});
afterAll(async () => {
  await off.close();
  await app.close();
});

const become = async (username?: string): Promise<{ id: string; username: string; token: string }> => {
  const { status, body } = await app.api.post('/auth/guest', username === undefined ? {} : { username });
  expect(status).toBe(201);
  return { ...body.user, token: body.access_token };
};
const connect = (path: string, to = app) => SocketClient.connect(`${to.wsUrl}${path}`);
/** Asked for a credential, and without one. */
const stranger = async (path = '/ws/open/1', to = app) => {
  const client = await connect(path, to);
  await client.next('auth_required');
  return client;
};
const join = async (fields: object = {}, path?: string) => {
  const client = await stranger(path);
  client.send({ type: 'join', ...fields });
  return { client, success: await client.next('auth_success') };
};

describe('POST /api/auth/guest (1.1)', () => {
  it('gives a token, whoever asks', async () => {
    const { status, body, headers } = await app.api.post('/auth/guest', { username: 'Ada' });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: { id: expect.stringMatching(UUID), username: 'Ada (guest)', guest: true },
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 43_200,
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('needs no username', async () => {
    const guest = await become();
    expect(guest.username).toBe(`Guest ${guest.id.slice(-6)}`);
  });

  it('makes another guest each time, and stores none', async () => {
    const before = await app.sql<{ n: string }>('SELECT count(*) AS n FROM users');
    const [first, second] = [await become('Ada'), await become('Ada')];
    expect(first.id).not.toBe(second.id);
    expect(await app.sql('SELECT count(*) AS n FROM users')).toEqual(before);
  });

  it('is off by default: 403, and a token of before is not valid any more', async () => {
    const answer = await off.api.post('/auth/guest', { username: 'Ada' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden', detail: 'This server takes no guests.' } });
    const { token } = await become();
    const client = await connect(`/ws/open/1?token=${token}`, off);
    expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token' });
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(await off.api.get('/open/who', { token })).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it.each([[''], ['  '], ['x'.repeat(33)], [7], [{}], ['a\u0000b'], ['a\ud800'], ['\u202eadmin']])(
    'refuses the name %j',
    async (username) => {
      const { status, body } = await app.api.post('/auth/guest', { username });
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, 'validation_failed', 'username']);
    },
  );

  it('gives a guest a fresh token for its own, under the same name; a token of another kind is not looked at', async () => {
    const guest = await become('Ada');
    const { status, body } = await app.api.as(guest.token).post('/auth/guest', { username: 'Eve' });
    expect([status, body.user]).toEqual([201, { id: guest.id, username: 'Ada (guest)', guest: true }]);
    expect(body.access_token).not.toBe(guest.token);
    const alice = await register(app, 'alice');
    expect((await alice.api.post('/auth/guest', { username: 'Eve' })).body.user.username).toBe('Eve (guest)');
  });

  it('is limited for each address, as registration is, together with those who `join` without a token', async () => {
    const limited = await startTestApp({
      env: { GUESTS_ENABLED: '1', RATE_LIMIT_DISABLED: '0' },
      extraModules: [GuestsModule],
    });
    try {
      for (let n = 0; n < 120; n++) {
        const client = await stranger('/ws/open/1', limited);
        expect(await client.request({ type: 'join' })).toMatchObject({ type: 'auth_success' });
        client.terminate();
      }
      const refusal = { code: 'rate_limited', retry_after_ms: expect.any(Number) };
      expect(await limited.api.post('/auth/guest', {})).toMatchObject({ status: 429, body: refusal });
      const late = await stranger('/ws/open/1', limited);
      expect(await late.request({ type: 'join' })).toMatchObject({ type: 'error', ...refusal });
    } finally {
      await limited.close();
    }
  });
});

describe('a guest’s name (1.1)', () => {
  it('never equals a user’s, now or later: the rule for usernames forbids it', async () => {
    const alice = await register(app, 'alice');
    for (const wish of [alice.username, 'alice', undefined]) {
      const { username } = await become(wish);
      expect(username).not.toBe(alice.username);
      expect(username).not.toMatch(USERNAME_PATTERN);
      const late = { username, email: 'late@example.org', password: 'correct horse battery staple' };
      expect((await app.api.post('/auth/register', late)).status).toBe(400);
      expect((await alice.api.patch('/users/me', { username })).status).toBe(400);
    }
  });
});

describe('a guest’s token (1.1)', () => {
  it('opens a gateway that takes guests, at the upgrade and in band', async () => {
    const guest = await become('Ada');
    const connected = { type: 'connected', user_id: guest.id, username: 'Ada (guest)', guest: true };
    const atUpgrade = await connect(`/ws/open/1?token=${guest.token}`);
    expect(await atUpgrade.next()).toEqual({
      type: 'auth_success',
      user: 'Ada (guest)',
      user_id: guest.id,
      client_id: expect.stringMatching(UUID),
      expires_at: TIME,
      guest: true,
    });
    expect(await atUpgrade.next()).toEqual(connected);
    const inBand = await stranger();
    inBand.send({ type: 'auth_token', token: guest.token, clientId: 'tab-1' });
    expect(await inBand.next()).toMatchObject({ type: 'auth_success', client_id: 'tab-1', guest: true });
    expect(await inBand.next()).toEqual(connected);
  });

  it('closes with 4403 everywhere else', async () => {
    const { token } = await become();
    const forbidden = { code: 4403, reason: 'Guests may not open this.' };
    const closed = [];
    for (const path of ['/ws/echo/1', `/ws/channel/${crypto.randomUUID()}`, `/ws/dm/${crypto.randomUUID()}`]) {
      const client = await connect(`${path}?token=${token}`);
      closed.push(await client.closed);
      expect(client.seen).toEqual([]);
      const inBand = await stranger(path);
      inBand.send({ type: 'auth_token', token });
      closed.push(await inBand.closed);
    }
    expect(closed).toEqual(closed.map(() => forbidden));
  });

  it('is refused by REST with `forbidden`, but for routes that say otherwise', async () => {
    const { token } = await become('Ada');
    const api = app.api.as(token);
    expect(await api.get('/open/who')).toMatchObject({ status: 200, body: { username: 'Ada (guest)', guest: true } });
    expect(await api.get('/open/users')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await api.post('/auth/ws-ticket')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await api.post('/auth/logout', {})).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('renews on an open connection, for the same guest alone', async () => {
    const { client, success } = await join();
    const fresh = await app.api.as(success['token'] as string).post('/auth/guest', {});
    const renewed = await client.request({ type: 'auth_token', token: fresh.body.access_token });
    expect(renewed).toMatchObject({ type: 'auth_success', user_id: success['user_id'] });
    client.send({ type: 'auth_token', token: (await become()).token });
    expect(await client.next('auth_error')).toMatchObject({ code: 'invalid_token' });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('is never taken for an access token, nor an access token for a guest’s', async () => {
    const [guest, alice] = [await become(), await register(app, 'alice')];
    const [header, claims] = decode(alice.token);
    const disguises = [
      forge(guest.token, { header }, SECRET),
      forge(guest.token, { header, claims: { typ: claims['typ'], sid: claims['sid'] } }, SECRET),
      forge(alice.token, { header: { typ: 'guest+jwt' } }, SECRET),
      forge(guest.token, {}, 'another key, which is long enough too'),
      forge(guest.token, { header: { alg: 'none' } }, ''),
      forge(guest.token, { claims: { sub: 'nobody' } }, SECRET),
      forge(guest.token, { claims: { username: null } }, SECRET),
    ];
    for (const token of disguises) {
      expect(await app.api.get('/open/who', { token })).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
      const client = await connect(`/ws/open/1?token=${token}`);
      expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token' });
    }
  });

  it('lasts 12 hours', async () => {
    const guest = await become();
    const { iat, exp } = decode(guest.token)[1] as { iat: number; exp: number };
    expect(exp - iat).toBe(43_200);
    const expired = forge(guest.token, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }, SECRET);
    expect(await app.api.get('/open/who', { token: expired })).toMatchObject({ body: { code: 'expired_token' } });
    const client = await connect(`/ws/open/1?token=${expired}`);
    expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'expired_token' });
  });
});

describe('a client without any credential (1.1)', () => {
  it('whose first message is `join` is made a guest at once', async () => {
    const { client, success } = await join({ username: ' Ada ', clientId: 'tab-1', ref: 'r1' });
    expect(success).toEqual({
      type: 'auth_success',
      user: 'Ada (guest)',
      user_id: expect.stringMatching(UUID),
      client_id: 'tab-1',
      expires_at: TIME,
      guest: true,
      token: expect.any(String),
      ref: 'r1',
    });
    expect(await client.next()).toMatchObject({ type: 'connected', user_id: success['user_id'] });
    expect(await client.request({ type: 'echo' })).toMatchObject({ type: 'echoed' });
  });

  it('comes back as the same guest with the token that it got', async () => {
    const { success } = await join({ username: 'Ada' });
    const back = await connect(`/ws/open/1?token=${String(success['token'])}`);
    expect(await back.next()).toMatchObject({ user_id: success['user_id'], user: 'Ada (guest)' });
  });

  it('sends `join` to the gateway too, where that has one', async () => {
    const { client, success } = await join(
      { username: 'Ada', display_name: 'Countess', ref: 'r1' },
      '/ws/open-stage/1',
    );
    expect(success['ref']).toBeUndefined();
    await client.next('connected');
    const joined = { type: 'joined', username: 'Ada (guest)', display_name: 'Countess', ref: 'r1' };
    expect(await client.next()).toEqual(joined);
  });

  it('keeps the order of what it sends after `join` while it is being let in', async () => {
    const client = await connect('/ws/open-stage/1');
    for (const ref of ['1', '2', '3']) client.send({ type: 'join', ref });
    for (const ref of ['1', '2', '3']) expect(await client.next('joined')).toMatchObject({ ref });
  });

  it.each([
    [{ username: '' }, 'username'],
    [{ username: 'a\u0000' }, 'username'],
    [{ username: ['x'] }, 'username'],
    [{ clientId: 'a b' }, 'clientId'],
    [{ clientId: 7 }, 'clientId'],
  ])('may correct a `join` that is not right: %j', async (fields, field) => {
    const client = await stranger();
    const error = await client.request({ type: 'join', ...fields });
    expect(error).toMatchObject({ type: 'error', code: 'validation_failed', details: [{ field }] });
    expect(await client.request({ type: 'join', username: null, clientId: null })).toMatchObject({ guest: true });
  });

  it('gets `auth_required` for anything else, and for `join` where guests may not come', async () => {
    const refused = { type: 'error', code: 'auth_required' };
    expect(await (await stranger()).request({ type: 'echo' })).toMatchObject(refused);
    expect(await (await stranger('/ws/echo/1')).request({ type: 'join' })).toMatchObject(refused);
    expect(await (await stranger('/ws/open/1', off)).request({ type: 'join' })).toMatchObject(refused);
  });

  it('may still bring a token in band after a `join` that was refused', async () => {
    const alice = await register(app, 'alice');
    const client = await stranger();
    await client.request({ type: 'join', username: '' });
    client.send({ type: 'auth_token', token: alice.token });
    expect(await client.next('connected')).toMatchObject({ username: alice.username, guest: false });
  });
});

describe('how many guests there may be (1.1)', () => {
  it('a guest holds 10 connections; the next one closes with 4429', async () => {
    const { token } = await become();
    const open = () => connect(`/ws/open/1?token=${token}`);
    const clients = await Promise.all(Array.from({ length: 10 }, open));
    for (const client of clients) await client.next('connected');
    expect(await (await open()).closed).toMatchObject({ code: 4429 });
    await clients[0]!.close();
    await (await open()).next('connected');
    for (const client of clients) client.terminate();
  });

  it('an address holds 200 guests, which keeps no user out, and has room again when one goes', async () => {
    const echo = await startEchoApp({ GUESTS_ENABLED: '1' }, { providers: [OpenGateway] });
    try {
      const guest = async (n: number) => {
        const client = await SocketClient.connect(`${echo.wsUrl}/ws/open/1`);
        client.send({ type: 'join', username: String(n) });
        return client;
      };
      const clients = await Promise.all(Array.from({ length: 200 }, (_, n) => guest(n)));
      for (const client of clients) await client.next('auth_success');
      const late = await guest(201);
      expect(await late.next('error')).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
      expect(await (await SocketClient.connect(`${echo.wsUrl}/ws/open/1?token=guest:x`)).closed).toMatchObject({
        code: 4429,
      });
      await (await SocketClient.connect(`${echo.wsUrl}/ws/open/1?token=alice`)).next('connected');
      await clients[0]!.close();
      late.send({ type: 'join', username: 'late' });
      await late.next('auth_success');
    } finally {
      await echo.close();
    }
  });
});

describe('a guest has no session, and nothing that asks for one minds (1.1)', () => {
  it('the watch over sessions does not know of guests', async () => {
    const { client } = await join();
    await client.next('connected');
    const registry = app.app.get(ConnectionRegistry);
    const known = [...registry.sessions().values()];
    expect(known.filter(({ guest }) => guest)).toEqual([]);
  });

  it('stays when the sessions of users end', async () => {
    const alice = await register(app, 'alice');
    const { client } = await join();
    await client.next('connected');
    await alice.api.post('/auth/logout-all', {});
    expect(await client.request({ type: 'echo' })).toMatchObject({ type: 'echoed' });
  });
});
