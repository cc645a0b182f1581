import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '../../src/common/ids.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { RealtimeServer } from '../../src/realtime/realtime-server.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { SocketIoClient } from '../support/socket-io-client.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());

const address = (app = echo) => `http://127.0.0.1:${app.port}/echo`;
const connect = (token = 'alice', options = {}, app = echo) =>
  SocketIoClient.connect(address(app), { auth: { token }, ...options });
const refusal = (options: object, app = echo) => SocketIoClient.refusal(address(app), options);
const departureOf = (id: string, app = echo) =>
  eventually(() => app.sockets.departures.find(({ connection }) => connection.id === id)?.departure ?? false);

describe('a stock socket.io-client 4 connects, over websocket or polling (7)', () => {
  describe.each(['websocket', 'polling'])('%s', (transport) => {
    const transports = [transport];

    it('with auth: { token }, ?token= or Authorization', async () => {
      const ways = [
        { auth: { token: 'alice' } },
        { query: { token: 'alice' } },
        { extraHeaders: { authorization: 'Bearer alice' } },
        {
          auth: (give: (auth: object) => void) => {
            give({ token: 'alice' });
          },
        },
      ];
      for (const way of ways) {
        const client = await SocketIoClient.connect(address(), { transports, ...way });
        expect(await client.next('welcome')).toEqual([{ user: 'alice' }]);
        expect(client.socket.io.engine.transport.name).toBe(transport);
        client.close();
      }
    });

    it('with a ticket in place of a token', async () => {
      for (const way of [{ auth: { ticket: 'bob' } }, { query: { ticket: 'bob' } }]) {
        const client = await SocketIoClient.connect(address(), { transports, ...way });
        expect(echo.authenticator.seen.at(-1)).toEqual({ kind: 'ticket', value: 'bob' });
        client.close();
      }
    });

    it('a bad token is a connect_error with err.data = { code }', async () => {
      for (const [options, code] of [
        [{ auth: { token: 'nobody' } }, 'invalid_token'],
        [{ auth: { token: 'expired' } }, 'expired_token'],
        [{ auth: { token: { toString: 'x' } } }, 'invalid_token'],
        [{ auth: {} }, 'auth_required'],
        [{ auth: { token: 'unavailable' } }, 'unavailable'],
      ] as const) {
        const error = await refusal({ transports, ...options });
        expect(error.data, JSON.stringify(options)).toMatchObject({ code });
      }
    });

    it('every event may carry an acknowledgement callback: success', async () => {
      const client = await connect('alice', { transports });
      expect(await client.request('echo', { n: 7, other: 1 })).toEqual({
        success: true,
        message: 'Success',
        data: { n: 7, user: 'alice', fields: ['n'] },
      });
      expect(await client.request('quiet')).toEqual({ success: true, message: 'Success', data: null });
      client.close();
    });

    it('every event may carry an acknowledgement callback: { success: false, message, error, code }', async () => {
      const client = await connect('alice', { transports });
      const refused = await client.request('refuse');
      expect(refused).toEqual({
        success: false,
        message: 'Too many requests; slow down.',
        error: 'Too many requests; slow down.',
        code: 'rate_limited',
        retry_after_ms: 1234,
      });
      const invalid = await client.request('echo', { n: 'one' });
      expect(invalid).toMatchObject({ success: false, code: 'validation_failed' });
      expect(invalid.error).toBe(invalid.message);
      expect(invalid['details']).toMatchObject([{ field: 'n' }]);
      client.close();
    });

    it('an event without a callback is handled, and answered by nothing', async () => {
      const client = await connect('alice', { transports });
      await client.next('welcome');
      client.emit('echo', { n: 41 });
      expect(await client.untilMarker()).toEqual([
        { event: 'failed', args: [{ event: 'there is no such event', code: 'unknown_type' }] },
      ]);
      expect(echo.sockets.handled).toContain(41);
      client.close();
    });
  });

  it('upgrades from polling to websocket, and loses nothing', async () => {
    const client = await connect('alice', { transports: ['polling', 'websocket'] });
    const answers = [];
    for (let n = 0; n < 200; n += 1) answers.push(client.request('echo', { n }));
    const data = (await Promise.all(answers)).map((answer) => (answer.data as { n: number }).n);
    expect(data).toEqual(Array.from({ length: 200 }, (_, n) => n));
    await eventually(() => client.socket.io.engine.transport.name === 'websocket');
    expect(await client.request('echo', { n: 201 })).toMatchObject({ success: true });
    client.close();
  });

  it('serves raw WebSocket clients on the same port at the same time', async () => {
    const raw = await SocketClient.connect(`${echo.wsUrl}/ws/echo/beside?token=bob`);
    const [polling, websocket] = [await connect('alice', { transports: ['polling'] }), await connect()];
    const answers = await Promise.all([
      raw.request({ type: 'echo', n: 1 }),
      polling.request('echo', { n: 2 }),
      websocket.request('echo', { n: 3 }),
    ]);
    expect(answers).toMatchObject([{ n: 1 }, { data: { n: 2 } }, { data: { n: 3 } }]);
    await raw.close();
    polling.close();
    websocket.close();
  });

  it('the namespace may refuse with an error of its own, and one that nobody serves is not found', async () => {
    expect((await refusal({ auth: { token: 'alice' }, query: { name: 'bad' } })).data).toEqual({ code: 'forbidden' });
    for (const nowhere of ['/', '/nowhere']) {
      const error = await SocketIoClient.refusal(`http://127.0.0.1:${echo.port}${nowhere}`, {
        auth: { token: 'alice' },
      });
      expect(error.data, nowhere).toEqual({ code: 'not_found' });
    }
  });
});

describe('what holds on every gateway (1)', () => {
  it('one connection’s events are handled, and answered, in the order sent; one at a time', async () => {
    const client = await connect();
    const answered: number[] = [];
    await Promise.all(
      [30, 20, 10, 0].map(async (n) => {
        await client.request('later', { n });
        answered.push(n);
      }),
    );
    expect(answered).toEqual([30, 20, 10, 0]);
    client.close();
  });

  it('an unknown event is `unknown_type`, and the connection stays', async () => {
    const client = await connect();
    for (const event of ['nothing', '__proto__', 'constructor', 'toString', 'error'])
      expect(await client.request(event), event).toMatchObject({ success: false, code: 'unknown_type' });
    expect(await client.request('echo', { n: 1 })).toMatchObject({ success: true });
    client.close();
  });

  it('a payload that is no object, or exceeds the limits on JSON, is `bad_json`', async () => {
    const client = await connect();
    let deep: unknown = 1;
    for (let i = 0; i < 40; i += 1) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 257 }, (_, key) => [`k${key}`, 1]));
    const binary = { n: 1, bytes: Buffer.from('x') };
    for (const payload of ['text', 5, null, [1], { n: 1, deep }, wide, binary])
      expect(await client.request('echo', payload), JSON.stringify(payload)).toMatchObject({ code: 'bad_json' });
    client.close();
  });

  it('a fault of ours is `internal`, with an `error_id` and no detail', async () => {
    const client = await connect();
    for (const event of ['throw', 'reject']) {
      const answer = await client.request(event);
      expect(answer).toMatchObject({ success: false, code: 'internal', error_id: expect.any(String) });
      expect(JSON.stringify(answer)).not.toContain('secret');
    }
    client.close();
  });

  it('guards of Nest run', async () => {
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    expect(await alice.request('guarded')).toMatchObject({ success: false, code: 'forbidden' });
    expect(await bob.request('guarded')).toMatchObject({ success: true, data: { guarded: true } });
    alice.close();
    bob.close();
  });

  it('what is relayed is what was sent', async () => {
    const client = await connect();
    const body = { sdp: 'v=0\r\n', big: 9007199254740993n.toString(), ['__proto__']: 1, text: '😀"\\' };
    client.emit('relay', { body });
    expect(await client.next('relayed')).toEqual([{ from: client.id, body }]);
    client.close();
  });

  it('more than WS_RATE_PER_SECOND is `rate_limited`, and flooding ends the connection', async () => {
    const app = await startEchoApp({ WS_RATE_PER_SECOND: '10' });
    const client = await connect('alice', {}, app);
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.request('quiet')));
    expect(answers.filter(({ success }) => success).length).toBeLessThanOrEqual(20);
    expect(answers.at(-1)).toMatchObject({ success: false, code: 'rate_limited', retry_after_ms: expect.any(Number) });
    const flood = setInterval(() => {
      for (let i = 0; i < 20; i += 1) client.emit('quiet');
    }, 100);
    expect(await client.disconnected).toBe('io server disconnect');
    clearInterval(flood);
    await app.close();
  });

  it('a user has at most WS_MAX_CONNECTIONS_PER_USER connections, of both transports together', async () => {
    const app = await startEchoApp({ WS_MAX_CONNECTIONS_PER_USER: '2' });
    const raw = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=alice`);
    await raw.next('connected');
    const first = await connect('alice', {}, app);
    expect((await refusal({ auth: { token: 'alice' } }, app)).data).toMatchObject({ code: 'rate_limited' });
    first.close();
    await eventually(() => app.app.get(ConnectionRegistry).countOf('alice' as UserId) === 1);
    (await connect('alice', {}, app)).close();
    await app.close();
  });
});

describe('the end of a session sends session_ended { code } and disconnects (7)', () => {
  it.each(['websocket', 'polling'])('over %s', async (transport) => {
    const session = `alice/ends-${transport}`;
    const client = await connect(session, { transports: [transport] });
    const other = await connect('alice/stays', { transports: [transport] });
    echo.app.get(ConnectionRegistry).closeSessions('alice' as UserId, [session as SessionId]);
    expect(await client.next('session_ended')).toEqual([{ code: 'invalid_token' }]);
    expect(await client.disconnected).toBe('io server disconnect');
    expect(await other.request('echo', { n: 1 })).toMatchObject({ success: true });
    expect((await refusal({ auth: { token: session } })).data).toEqual({ code: 'invalid_token' });
    other.close();
  });

  it('also one whose admission is still being decided', async () => {
    let admitted: () => void = () => undefined;
    echo.sockets.onAdmit = () => new Promise<void>((resolve) => (admitted = resolve));
    const refused = refusal({ auth: { token: 'alice/late' } });
    await eventually(() =>
      echo.app
        .get(ConnectionRegistry)
        .sessions()
        .has('alice/late' as SessionId),
    );
    echo.app.get(ConnectionRegistry).closeSessions('alice' as UserId, ['alice/late' as SessionId]);
    admitted();
    echo.sockets.onAdmit = () => undefined;
    expect((await refused).data).toEqual({ code: 'invalid_token' });
  });
});

describe('a planned stop sends going_away { retry_after_ms } (7)', () => {
  it('to every connection, on both transports, and new ones are refused meanwhile', async () => {
    const app = await startEchoApp();
    let finish: () => void = () => undefined;
    const cleanUp = new Promise<void>((resolve) => (finish = resolve));
    app.sockets.onDeparted = () => cleanUp;
    const clients = [await connect('alice', {}, app), await connect('bob', { transports: ['polling'] }, app)];
    const stopped = app.app.get(RealtimeServer).beforeApplicationShutdown();
    for (const client of clients) {
      const [{ retry_after_ms: retryAfterMs }] = await client.next('going_away');
      expect(retryAfterMs).toBeGreaterThanOrEqual(0);
      expect(retryAfterMs).toBeLessThanOrEqual(5000);
      // Not `io server disconnect`, after which a stock client would not reconnect by itself.
      expect(await client.disconnected).toBe('transport close');
    }
    const polling = await fetch(`http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`);
    expect(polling.status).toBe(503);
    await expect(connect('alice', {}, app)).rejects.toThrow();
    await eventually(() => app.sockets.departures.length === 2);
    finish();
    await stopped;
    for (const { departure } of app.sockets.departures)
      expect(departure).toEqual({ how: 'broken', extraGraceMs: expect.any(Number) });
    await app.close();
  });

  it('is over within SHUTDOWN_TIMEOUT_MS, also with a client that polls no more', async () => {
    const app = await startEchoApp({ SHUTDOWN_TIMEOUT_MS: '1000' });
    const address = `http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(address)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    await fetch(`${address}&sid=${sid}`, { method: 'POST', body: '40/echo,{"token":"alice"}' });
    await eventually(() => app.app.get(ConnectionRegistry).countOf('alice' as UserId) === 1);
    const started = performance.now();
    await app.app.get(RealtimeServer).beforeApplicationShutdown();
    expect(performance.now() - started).toBeLessThan(1500);
    expect(app.sockets.departures).toHaveLength(1);
    await app.close();
  });
});

describe('departure: once for each connection whose admission began, after that has settled', () => {
  it('a goodbye is clean, and what was sent before it is handled first', async () => {
    const client = await connect();
    const { id } = client;
    client.emit('later', { n: 20 });
    client.emit('echo', { n: 4242 });
    client.close();
    expect(await departureOf(id)).toEqual({ how: 'clean' });
    expect(echo.sockets.handled).toContain(4242);
  });

  it('a connection that breaks is broken', async () => {
    const client = await connect();
    const { id } = client;
    client.terminate();
    expect(await departureOf(id)).toEqual({ how: 'broken', extraGraceMs: 0 });
  });

  it('an admission that throws is departed from, and is a connect_error with its code', async () => {
    const before = echo.sockets.departures.length;
    echo.sockets.onAdmit = () => Promise.reject(new Error('secret detail'));
    const error = await refusal({ auth: { token: 'alice' } });
    echo.sockets.onAdmit = () => undefined;
    expect(error.data).toMatchObject({ code: 'internal', error_id: expect.any(String) });
    expect(error.message).not.toContain('secret');
    await eventually(() => echo.sockets.departures.length === before + 1);
  });

  it('a client that goes while it is being admitted is departed from, once', async () => {
    const before = echo.sockets.departures.length;
    let admitted: () => void = () => undefined;
    echo.sockets.onAdmit = () => new Promise<void>((resolve) => (admitted = resolve));
    const socket = io(address(), { auth: { token: 'bob/gone' }, transports: ['websocket'], forceNew: true });
    const registry = echo.app.get(ConnectionRegistry);
    await eventually(() => registry.sessions().has('bob/gone' as SessionId));
    socket.disconnect();
    await eventually(() => !registry.sessions().has('bob/gone' as SessionId));
    expect(echo.sockets.departures).toHaveLength(before);
    echo.sockets.onAdmit = () => undefined;
    admitted();
    await eventually(() => echo.sockets.departures.length === before + 1);
  });
});
