import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '../../src/common/ids.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { AdmissionRefused } from '../../src/realtime/raw-gateway.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';

const ALICE = 'alice' as UserId;
const SESSION = 'alice/session-1' as SessionId;

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());
beforeEach(() => {
  echo.gateway.onAdmit = () => Promise.resolve();
});

const connect = (pathAndQuery: string, options?: Parameters<typeof SocketClient.connect>[1]) =>
  SocketClient.connect(`${echo.wsUrl}/ws/echo/${pathAndQuery}`, options);

/** Connected without a credential, and asked for one. */
const stranger = async (id = 'in-band', app = echo) => {
  const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/${id}`);
  await client.next('auth_required');
  return client;
};

/** A promise, and the call that resolves it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('a credential at the upgrade (1.1)', () => {
  const bearer = { headers: { authorization: 'Bearer alice' } };

  it('comes as `Authorization: Bearer`', async () => {
    const client = await connect('1', bearer);
    expect(await client.next()).toMatchObject({ type: 'connected', user: 'alice' });
  });

  it('comes as the subprotocol pair `bearer, <jwt>`, of which the server selects `bearer`', async () => {
    const client = await connect('1', { protocols: ['bearer', 'alice'] });
    expect(client.ws.protocol).toBe('bearer');
    expect(await client.next()).toMatchObject({ type: 'connected', user: 'alice' });
  });

  it('comes as `?ticket=`, and as `?token=`', async () => {
    echo.authenticator.seen.length = 0;
    for (const query of ['?ticket=alice', '?token=alice']) await (await connect(`1${query}`)).next('connected');
    expect(echo.authenticator.seen).toEqual([
      { kind: 'ticket', value: 'alice' },
      { kind: 'token', value: 'alice' },
    ]);
  });

  it('is taken in this order of preference: header, subprotocol, ticket, token', async () => {
    echo.authenticator.seen.length = 0;
    const protocols = ['bearer', 'subprotocol'];
    const tries: [string, Parameters<typeof SocketClient.connect>[1]][] = [
      ['?ticket=ticket&token=token', { ...bearer, protocols }],
      ['?ticket=ticket&token=token', { protocols }],
      ['?token=token&ticket=ticket', {}],
      ['?token=token', {}],
    ];
    for (const [query, options] of tries) await connect(`1${query}`, options);
    await eventually(() => echo.authenticator.seen.length === 4);
    expect(echo.authenticator.seen.map(({ value }) => value)).toEqual(['alice', 'subprotocol', 'ticket', 'token']);
  });

  it.each([
    ['invalid', 'invalid_token'],
    ['expired', 'expired_token'],
  ])('that is %s is refused after the handshake was accepted: auth_error %s, and close 4401', async (token, code) => {
    const client = await connect(`1?token=${token}`);
    expect(await client.next()).toMatchObject({ type: 'auth_error', code, message: expect.any(String) as string });
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(client.seen).toHaveLength(1);
  });

  it('that cannot be checked for the moment closes with 1013; a fault of ours closes with 1011 and tells nothing', async () => {
    expect(await (await connect('1?token=unavailable')).closed).toMatchObject({ code: 1013 });
    const client = await connect('1?token=broken');
    expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
    expect(client.seen).toEqual([]);
  });
});

describe('authentication in band (1.1)', () => {
  it('starts with auth_required and its timeout, and ends with auth_success', async () => {
    const client = await connect('1');
    expect(await client.next()).toEqual({ type: 'auth_required', timeout_ms: 10_000 });
    client.send({ type: 'auth_token', token: 'alice', clientId: 'tab-1', ref: 'r' });
    expect(await client.next()).toEqual({
      type: 'auth_success',
      user: 'alice',
      user_id: 'alice',
      client_id: 'tab-1',
      expires_at: expect.stringMatching(/Z$/) as string,
      ref: 'r',
    });
    expect(await client.next()).toMatchObject({ type: 'connected', user: 'alice' });
  });

  it('gives a client without a clientId a UUID', async () => {
    const client = await stranger();
    client.send({ type: 'auth_token', token: 'alice' });
    expect(await client.next()).toMatchObject({
      type: 'auth_success',
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
  });

  it('handles nothing but auth_token and ping before', async () => {
    const client = await stranger();
    client.send({ type: 'echo', n: 1, ref: 'early' });
    expect(await client.next()).toMatchObject({ type: 'error', code: 'auth_required', ref: 'early' });
    client.sendText('not json');
    expect(await client.next()).toMatchObject({ type: 'error', code: 'auth_required' });
    expect(await client.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
    client.send({ type: 'auth_token', token: 'alice' });
    await client.next('connected');
    expect(client.seen.filter(({ type }) => type === 'echoed')).toEqual([]);
  });

  it.each([
    ['invalid', 'invalid_token'],
    ['expired', 'expired_token'],
    [undefined, 'invalid_token'],
    ['', 'invalid_token'],
    [42, 'invalid_token'],
    [{ alice: true }, 'invalid_token'],
    ['x'.repeat(60_000), 'invalid_token'],
  ])('answers auth_error to a bad token and closes with 4401 (%#)', async (token, code) => {
    const client = await stranger();
    client.send({ type: 'auth_token', token });
    expect(await client.next()).toMatchObject({ type: 'auth_error', code });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('auth_error carries the ref of the auth_token that it answers (1), the first one or a later one', async () => {
    const first = await stranger();
    first.send({ type: 'auth_token', token: 'invalid', ref: 'r1' });
    expect(await first.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token', ref: 'r1' });
    const second = await stranger();
    second.send({ type: 'auth_token', token: 'alice' });
    await second.next('connected');
    second.send({ type: 'auth_token', token: 'bob', ref: 'r2' });
    expect(await second.next('auth_error')).toMatchObject({ code: 'invalid_token', ref: 'r2' });
    const third = await stranger();
    third.send({ type: 'auth_token', token: 'invalid' });
    expect(await third.next()).not.toHaveProperty('ref');
  });

  it.each(['', 'x'.repeat(65), 'a b', 'ä', 7, {}])(
    'answers a clientId of another shape (%j) with validation_failed, and takes another try',
    async (clientId) => {
      const client = await stranger();
      client.send({ type: 'auth_token', token: 'alice', clientId, ref: 'r' });
      expect(await client.next()).toMatchObject({
        type: 'error',
        code: 'validation_failed',
        ref: 'r',
        details: [{ field: 'clientId' }],
      });
      client.send({ type: 'auth_token', token: 'alice', clientId: 'A-z_0.9:' });
      expect(await client.next('auth_success')).toMatchObject({ client_id: 'A-z_0.9:' });
    },
  );

  it('closes with 4408 who does not answer in `timeout_ms`, whatever else is sent', async () => {
    const quick = await startEchoApp({ WS_AUTH_TIMEOUT_MS: '200' });
    const client = await stranger('late', quick);
    client.send({ type: 'ping' });
    client.send({ type: 'echo', n: 1 });
    client.send({ type: 'auth_token', token: 'alice', clientId: '' });
    expect(await client.closed).toMatchObject({ code: 4408 });
    await quick.close();
    expect(quick.gateway.departures).toEqual([]);
  });
});

describe('messages while authorisation is being decided (1.1)', () => {
  const numbers = Array.from({ length: 500 }, (_, n) => n);

  it('are held, in order, and handled after it: behind auth_token, through a slow check and a slow admission', async () => {
    const { open, opened } = gate();
    echo.gateway.onAdmit = () => opened;
    const client = await stranger();
    client.send({ type: 'auth_token', token: 'alice' });
    for (const n of numbers) client.send({ type: 'echo', n, note: 'x'.repeat(2000) });
    await client.next('auth_success');
    await (await connect('other')).untilMarker();
    expect(client.seen.map(({ type }) => type)).toEqual(['auth_required', 'auth_success']);
    open();
    await client.next('connected');
    for (const n of numbers) expect(await client.next()).toMatchObject({ type: 'echoed', n });
  });

  it('are held while the credential of the upgrade is being checked', async () => {
    const app = await startEchoApp();
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=slow:alice`);
    for (const n of [1, 2, 3]) client.send({ type: 'echo', n });
    await client.arrived();
    expect(app.authenticator.seen).toHaveLength(1);
    expect(app.gateway.handled).toEqual([]);
    app.authenticator.release();
    await client.next('connected');
    for (const n of [1, 2, 3]) expect(await client.next()).toMatchObject({ type: 'echoed', n });
    await app.close();
  });

  it('never run when admission then refuses', async () => {
    const { open, opened } = gate();
    echo.gateway.onAdmit = async () => {
      await opened;
      throw new AdmissionRefused(4403, 'not a member');
    };
    echo.gateway.handled.length = 0;
    const client = await connect('refused?token=alice');
    for (const n of numbers.slice(0, 60)) client.send({ type: 'echo', n });
    await client.arrived();
    for (const n of numbers) client.send({ type: 'echo', n, note: 'x'.repeat(2000) });
    open();
    expect(await client.closed).toEqual({ code: 4403, reason: 'not a member' });
    expect(echo.gateway.handled).toEqual([]);
    expect(client.seen).toEqual([]);
  });

  it('volatile events do not reach a connection before its admission has finished; durable ones do', async () => {
    echo.gateway.onAdmit = (connection) => {
      connection.sendVolatile({ type: 'typing' });
      connection.send({ type: 'backlog' });
      return Promise.resolve();
    };
    const client = await connect('1?token=alice');
    await client.next('connected');
    await client.untilMarker();
    expect(client.seen.map(({ type }) => type)).toEqual(['backlog', 'connected', 'pong']);
  });
});

describe('auth_token on an open connection (1.1)', () => {
  it('renews the token of the same user and session', async () => {
    const client = await connect('1?token=alice');
    await client.next('connected');
    expect(await client.request({ type: 'auth_token', token: 'alice' })).toMatchObject({ type: 'auth_success' });
    expect(await client.request({ type: 'echo', n: 1 })).toMatchObject({ type: 'echoed', user: 'alice' });
  });

  it.each(['bob', 'alice/session-2', 'invalid', ''])(
    'of %j closes with 4401 and never changes who the connection belongs to (A12)',
    async (token) => {
      echo.gateway.handled.length = 0;
      const client = await connect('1?token=alice');
      await client.next('connected');
      client.send({ type: 'auth_token', token });
      client.send({ type: 'echo', n: 1 });
      expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token' });
      expect(await client.closed).toMatchObject({ code: 4401 });
      expect(echo.gateway.handled).toEqual([]);
      expect(echo.app.get(ConnectionRegistry).ofUser('bob' as UserId)).toEqual([]);
    },
  );
});

describe('a connection lives as long as its session (1.1)', () => {
  it('and is closed with 4401 when that ends, the others of the user staying', async () => {
    const ended = await connect('1?token=alice');
    const other = await connect('1?token=alice/session-2');
    await Promise.all([ended.next('connected'), other.next('connected')]);
    echo.app.get(ConnectionRegistry).closeSessions(ALICE, ['alice/session-2' as SessionId]);
    expect(await other.closed).toMatchObject({ code: 4401 });
    expect(await ended.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it('also when it ends while the credential is still being checked', async () => {
    const app = await startEchoApp();
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=slow:alice`);
    await eventually(() => app.authenticator.seen.length === 1);
    app.app.get(ConnectionRegistry).closeSessions(ALICE, [SESSION]);
    app.authenticator.release();
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(app.gateway.departures).toEqual([]);
    await app.close();
  });

  it('also when it ends during admission: nothing that was held runs', async () => {
    const app = await startEchoApp();
    const { open, opened } = gate();
    let admitting = false;
    app.gateway.onAdmit = () => {
      admitting = true;
      return opened;
    };
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=alice`);
    client.send({ type: 'echo', n: 1 });
    await client.arrived();
    await eventually(() => admitting);
    app.app.get(ConnectionRegistry).closeSessions(ALICE, [SESSION]);
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(app.gateway.departures).toEqual([]);
    open();
    await eventually(() => app.gateway.departures.length === 1);
    expect(app.gateway.handled).toEqual([]);
    await app.close();
  });
});

describe('the end of an access token (1.1)', () => {
  const DAY_MS = 86_400_000;
  const start = async (env: Record<string, string> = { WS_CLOSE_ON_TOKEN_EXPIRY: '1' }) => {
    const clock = new ManualClock();
    // The clock leaps by hours: no peer could answer pings that fast.
    const app = await startEchoApp({ WS_HEARTBEAT_INTERVAL_MS: String(DAY_MS), ...env }, { clock });
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=alice`);
    await client.next('connected');
    return { app, clock, client };
  };
  const HOUR_MS = 3_600_000;

  it('alone does not close a connection', async () => {
    const { app, clock, client } = await start({});
    clock.advance(2 * HOUR_MS);
    expect(await client.untilMarker()).toEqual([]);
    await app.close();
  });

  it('with WS_CLOSE_ON_TOKEN_EXPIRY=1 is told 60 s before, and closes with 4401', async () => {
    const { app, clock, client } = await start();
    const expiresAt = new Date(clock.now() + HOUR_MS).toISOString();
    clock.advance(HOUR_MS - 60_001);
    expect(await client.untilMarker()).toEqual([]);
    clock.advance(1);
    expect(await client.next()).toEqual({ type: 'token_expiring', expires_at: expiresAt });
    clock.advance(59_999);
    expect(await client.untilMarker()).toEqual([]);
    clock.advance(1);
    expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'expired_token' });
    expect(await client.closed).toMatchObject({ code: 4401 });
    await app.close();
  });

  it('with WS_CLOSE_ON_TOKEN_EXPIRY=1 closes nothing once a fresh token has come', async () => {
    const { app, clock, client } = await start();
    clock.advance(HOUR_MS - 1000);
    await client.next('token_expiring');
    expect(await client.request({ type: 'auth_token', token: 'alice' })).toMatchObject({
      type: 'auth_success',
      expires_at: new Date(clock.now() + HOUR_MS).toISOString(),
    });
    clock.advance(1000);
    expect(await client.untilMarker()).toEqual([]);
    clock.advance(HOUR_MS);
    expect(await client.closed).toMatchObject({ code: 4401 });
    await app.close();
  });

  it('in the year 3000 does not close at once (A10)', async () => {
    const app = await startEchoApp({ WS_CLOSE_ON_TOKEN_EXPIRY: '1' });
    app.authenticator.lifetimeMs = Date.UTC(3000, 0, 1) - Date.now();
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=alice`);
    await client.next('connected');
    for (let i = 0; i < 20; i++) expect(await client.untilMarker()).toEqual([]);
    await app.close();
  });

  it('that is in the past already closes before admission', async () => {
    const app = await startEchoApp({ WS_CLOSE_ON_TOKEN_EXPIRY: '1' });
    app.authenticator.lifetimeMs = -1;
    const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=alice`);
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(client.seen).toMatchObject([{ type: 'auth_error', code: 'expired_token' }]);
    expect(app.gateway.departures).toEqual([]);
    await app.close();
  });
});
