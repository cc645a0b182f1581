import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forge } from '../support/forged-token.js';
import { Actor, channelScene, expectOk, PASSWORD, register } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp, TEST_ENVIRONMENT } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const TTL_S = 3;
const NEW_PASSWORD = 'quite another long password';

let app: TestApp;
/** Another node on the same database, whose tokens are short-lived and end their sockets. */
let brief: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  brief = await startTestApp({
    databaseUrl: app.databaseUrl,
    env: { ACCESS_TOKEN_TTL_S: String(TTL_S), WS_CLOSE_ON_TOKEN_EXPIRY: '1' },
  });
});
afterAll(async () => {
  await brief.close();
  await app.close();
});

/** One more session of a user. */
async function logIn(at: TestApp, user: Actor): Promise<Actor> {
  const answer = await at.api.post('/auth/login', { username: user.username, password: PASSWORD });
  const { access_token, refresh_token } = expectOk(answer) as { access_token: string; refresh_token: string };
  return new Actor(at, user.id, user.username, access_token, refresh_token);
}

async function refresh(at: TestApp, refreshToken: string): Promise<{ access_token: string; refresh_token: string }> {
  return expectOk(await at.api.post('/auth/refresh', { refresh_token: refreshToken })) as never;
}

const ticketOf = async (user: Actor) => (expectOk(await user.api.post('/auth/ws-ticket')) as { ticket: string }).ticket;

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };

describe('the end of a session (1.1, A11)', () => {
  /** Sockets of two sessions of alice and of bob, in a channel and a DM. */
  async function open() {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const other = await logIn(app, alice);
    const socketsOf = async (user: Actor, mate: Actor) => [await user.channel(channelId), await user.dm(mate)];
    return {
      alice,
      other,
      bob,
      own: await socketsOf(alice, bob),
      others: await socketsOf(other, bob),
      bobs: await socketsOf(bob, alice),
    };
  }

  async function expectClosed(sockets: SocketClient[], since: number): Promise<void> {
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(performance.now() - since).toBeLessThan(1000);
  }

  async function expectOpen(sockets: SocketClient[]): Promise<void> {
    for (const socket of sockets) expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  }

  it('by logout closes its sockets with 4401, and no others', async () => {
    const { alice, own, others, bobs } = await open();
    const since = performance.now();
    expectOk(await alice.api.post('/auth/logout', {}));
    await expectClosed(own, since);
    await expectOpen([...others, ...bobs]);
  });

  it('by logout-all closes the sockets of all the user’s sessions, and no others', async () => {
    const { alice, own, others, bobs } = await open();
    const since = performance.now();
    expectOk(await alice.api.post('/auth/logout-all'));
    await expectClosed([...own, ...others], since);
    await expectOpen(bobs);
  });

  it('by a password change closes the sockets of the other sessions, and leaves this one’s', async () => {
    const { alice, own, others, bobs } = await open();
    const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    const answer = alice.api.post('/auth/password', change);
    for (const socket of others) expect(await socket.closed).toMatchObject({ code: 4401 });
    expect((await answer).status).toBe(204);
    await expectOpen([...own, ...bobs]);
  });

  it('by the reuse of a refresh token closes its sockets, and no others', async () => {
    const { alice, own, others, bobs } = await open();
    const second = await refresh(app, alice.refreshToken);
    await refresh(app, second.refresh_token);
    await expectOpen(own);
    const since = performance.now();
    expect((await app.api.post('/auth/refresh', { refresh_token: alice.refreshToken })).status).toBe(401);
    await expectClosed(own, since);
    await expectOpen([...others, ...bobs]);
  });

  it('by its deletion closes its sockets, and no others', async () => {
    const { alice, own, other, others, bobs } = await open();
    const { items } = expectOk(await alice.api.get('/auth/sessions')) as { items: { id: string; current: boolean }[] };
    const doomed = items.find(({ current }) => !current);
    const since = performance.now();
    expectOk(await alice.api.delete(`/auth/sessions/${doomed?.id}`));
    await expectClosed(others, since);
    await expectOpen([...own, ...bobs]);
    const late = await other.dial('/ws/dm/0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60');
    expect(await late.next('auth_error')).toMatchObject({ code: 'invalid_token' });
    expect(await late.closed).toMatchObject({ code: 4401 });
  });

  it('lets no message of that session through afterwards, however many were on their way', async () => {
    const { alice, bob, own, bobs } = await open();
    const [, socket] = own;
    const flood = async () => {
      for (let n = 0; n < 200 && socket?.ws.readyState === 1; n++) {
        socket.send({ type: 'dm_message', content: `n ${n}` });
        if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const flooding = flood();
    expectOk(await alice.api.post('/auth/logout', {}));
    const { last_seq } = expectOk(await bob.api.get(`/dms/${alice.id}/changes`)) as { last_seq: number };
    await Promise.all([flooding, socket?.closed]);
    await expectOpen(bobs);
    const after = expectOk(await bob.api.get(`/dms/${alice.id}/changes`)) as { last_seq: number };
    // One message may have been inside its transaction when the session ended; one at a time, so no more than that.
    expect(after.last_seq - last_seq).toBeLessThanOrEqual(1);
  });
});

describe('the end of an access token (1.1)', () => {
  it('with WS_CLOSE_ON_TOKEN_EXPIRY=1 is announced, and closes with 4401 when it comes (A9)', async () => {
    const [alice, bob] = [await register(brief, 'alice'), await register(brief, 'bob')];
    const socket = await alice.dm(bob);
    const { exp } = claimsOf(alice.token);
    const expiresAt = new Date(exp * 1000).toISOString();
    expect(await socket.next('token_expiring')).toEqual({ type: 'token_expiring', expires_at: expiresAt });
    expect(await socket.next('auth_error')).toMatchObject({ code: 'expired_token' });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(Math.abs(Date.now() - exp * 1000)).toBeLessThan(1000);
  });

  it('closes nothing once a fresh token of the same session has come (A9)', async () => {
    const [alice, bob] = [await register(brief, 'alice'), await register(brief, 'bob')];
    const [renewed, left] = [await alice.dm(bob), await alice.dm(bob)];
    // Made by the node with long-lived tokens: the same session, the same key.
    const { access_token: token } = await refresh(app, alice.refreshToken);
    expect(await renewed.request({ type: 'auth_token', token })).toMatchObject({
      type: 'auth_success',
      user_id: alice.id,
      expires_at: new Date(claimsOf(token).exp * 1000).toISOString(),
    });
    expect(await left.closed).toMatchObject({ code: 4401 });
    expect(await renewed.request({ type: 'dm_message', content: 'still here' })).toMatchObject({ type: 'ack' });
  });

  it('alone does not close a socket without that setting', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const soon = forge(
      alice.token,
      { claims: { exp: Math.floor(Date.now() / 1000) + 3 } },
      TEST_ENVIRONMENT.JWT_SECRET,
    );
    const [long, brieflyKnown] = [alice, new Actor(app, alice.id, alice.username, soon, '')];
    const socket = await brieflyKnown.dm(bob);
    const witness = await new Actor(brief, alice.id, alice.username, soon, '').dm(bob);
    expect(await witness.closed).toMatchObject({ code: 4401 });
    expect((await brieflyKnown.api.get('/users/me')).body).toMatchObject({ code: 'expired_token' });
    expect(await socket.request({ type: 'dm_message', content: 'still here' })).toMatchObject({ type: 'ack' });
    expect((await long.api.get('/users/me')).status).toBe(200);
  });

  it('in the year 3000 does not close at once (A10)', async () => {
    const [alice, bob] = [await register(brief, 'alice'), await register(brief, 'bob')];
    const distant = forge(alice.token, { claims: { exp: 32_503_680_000 } }, TEST_ENVIRONMENT.JWT_SECRET);
    const socket = await new Actor(brief, alice.id, alice.username, distant, '').dm(bob);
    const ordinary = await alice.dm(bob);
    expect(await ordinary.closed).toMatchObject({ code: 4401 });
    expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect(socket.seen.map(({ type }) => type)).not.toContain('token_expiring');
  });
});

describe('a second auth_token (1.1, A12)', () => {
  it('of another user closes with 4401, and the old identity is never swapped', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const bob = await members.bob.channel(channelId);
    const socket = await members.alice.channel(channelId);
    socket.send({ type: 'auth_token', token: members.bob.token });
    socket.send({ type: 'message', content: 'as whom?' });
    expect(await socket.next('auth_error')).toMatchObject({ code: 'invalid_token' });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await bob.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await app.sql("SELECT FROM messages WHERE content = 'as whom?'")).toEqual([]);
  });

  it('of another session of the same user, a refresh token, a ticket or nonsense closes with 4401', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const other = await logIn(app, alice);
    for (const token of [
      other.token,
      alice.refreshToken,
      await ticketOf(alice),
      'x',
      '',
      7,
      null,
      { a: 1 },
      undefined,
    ]) {
      const socket = await alice.dm(bob);
      socket.send({ type: 'auth_token', token });
      expect(await socket.next('auth_error')).toMatchObject({ code: 'invalid_token' });
      expect(await socket.closed).toMatchObject({ code: 4401 });
    }
  });

  it('of the same session is answered with auth_success, and nothing else changes', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const socket = await alice.dm(bob);
    expect(await socket.request({ type: 'auth_token', token: alice.token })).toMatchObject({
      type: 'auth_success',
      user: alice.username,
    });
    expect(await socket.request({ type: 'dm_message', content: 'x' })).toMatchObject({ type: 'ack' });
  });
});

describe('a credential at the upgrade (1.1)', () => {
  const dial = (query: string, options?: Parameters<typeof SocketClient.connect>[1]) =>
    SocketClient.connect(`${app.wsUrl}/ws/dm/0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60${query}`, options);

  async function expectRefused(socket: SocketClient, code = 'invalid_token'): Promise<void> {
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(socket.seen).toEqual([{ type: 'auth_error', code, message: expect.any(String) as string }]);
  }

  it('that has expired is told apart: expired_token and 4401, whichever way it comes', async () => {
    const alice = await register(app, 'alice');
    const expired = forge(
      alice.token,
      { claims: { exp: Math.floor(Date.now() / 1000) - 1 } },
      TEST_ENVIRONMENT.JWT_SECRET,
    );
    await expectRefused(await dial(`?token=${expired}`), 'expired_token');
    await expectRefused(await dial('', { headers: { authorization: `Bearer ${expired}` } }), 'expired_token');
    await expectRefused(await dial('', { protocols: ['bearer', expired] }), 'expired_token');
    const inBand = await dial('');
    await inBand.next('auth_required');
    inBand.send({ type: 'auth_token', token: expired });
    expect(await inBand.next('auth_error')).toMatchObject({ code: 'expired_token' });
    expect(await inBand.closed).toMatchObject({ code: 4401 });
  });

  it('that is a refresh token, a ticket in a token’s place or the reverse is invalid_token and 4401 (A8)', async () => {
    const alice = await register(app, 'alice');
    for (const token of [alice.refreshToken, await ticketOf(alice), 'x', `${alice.token}x`]) {
      await expectRefused(await dial(`?token=${encodeURIComponent(token)}`));
      await expectRefused(await dial('', { headers: { authorization: `Bearer ${token}` } }));
      await expectRefused(await dial('', { protocols: ['bearer', token] }));
    }
    for (const ticket of [alice.token, alice.refreshToken, 'x', randomBytes(32).toString('base64url')])
      await expectRefused(await dial(`?ticket=${ticket}`));
  });

  it('that is a ticket opens one socket, on any gateway, and a used one none (A14)', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const ticket = await ticketOf(alice);
    const socket = await SocketClient.connect(`${app.wsUrl}/ws/dm/${bob.id}?ticket=${ticket}`);
    expect(await socket.next('connected')).toMatchObject({ user_id: alice.id });
    await expectRefused(await dial(`?ticket=${ticket}`));
    expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expectOk(await alice.api.post('/auth/logout', {}));
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });
});
