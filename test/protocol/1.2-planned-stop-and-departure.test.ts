import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RealtimeServer } from '../../src/realtime/realtime-server.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { echoClients, resetGateway } from '../support/echo-clients.js';
import { eventually } from '../support/eventually.js';
import { RawPeer } from '../support/raw-peer.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());
beforeEach(() => {
  resetGateway(echo);
});

const { freshId, open, connect, departuresOf, expectService } = echoClients(() => echo);

describe('a planned stop (1, 1.2: 1012)', () => {
  it('says going_away with retry_after_ms, closes with 1012, and expects the client back after that', async () => {
    const app = await startEchoApp();
    const clients = [await connect('alice', 'a', app), await connect('bob', 'b', app)];
    const stopped = app.close();
    for (const client of clients) {
      const { retry_after_ms: retryAfterMs } = await client.next('going_away');
      expect(await client.closed).toMatchObject({ code: 1012 });
      expect(retryAfterMs).toBeGreaterThanOrEqual(0);
      expect(retryAfterMs).toBeLessThanOrEqual(5000);
    }
    await stopped;
    const wait = clients[0]?.seen.find(({ type }) => type === 'going_away')?.['retry_after_ms'];
    expect(app.gateway.departuresOf('a')).toEqual([{ how: 'broken', extraGraceMs: wait }]);
  });

  it('refuses upgrades with 503', async () => {
    const app = await startEchoApp();
    let finish: () => void = () => undefined;
    app.gateway.onDeparted = () => new Promise<void>((resolve) => (finish = resolve));
    const client = await connect('alice', 'a', app);
    const stopped = app.app.get(RealtimeServer).beforeApplicationShutdown();
    await client.closed;
    await expect(open('late', 'alice', app)).rejects.toThrow('HTTP 503');
    await eventually(() => app.gateway.departures.length === 1);
    finish();
    await stopped;
    await app.close();
  });

  it.each(['reads nothing', 'never lets its clean-up end'])(
    'is over within SHUTDOWN_TIMEOUT_MS, also with a peer that %s',
    async (kind) => {
      const app = await startEchoApp({ SHUTDOWN_TIMEOUT_MS: '1000' });
      if (kind !== 'reads nothing') app.gateway.onDeparted = () => new Promise(() => undefined);
      const peer = await RawPeer.upgrade(app.port, '/ws/echo/stuck?token=alice');
      await eventually(() => peer.texts().length === 1);
      peer.socket.pause();
      const started = performance.now();
      await app.app.get(RealtimeServer).beforeApplicationShutdown();
      expect(performance.now() - started).toBeLessThan(1500);
      expect(app.gateway.departuresOf('stuck')).toHaveLength(1);
      peer.destroy();
      await app.close();
    },
  );
});

describe('departure: once for each connection whose admission began, after that has settled', () => {
  it.each([
    [1000, 'clean'],
    [1001, 'clean'],
    [undefined, 'clean'],
    [4000, 'broken'],
  ])('a close frame of the client with code %s is %s', async (code, how) => {
    const id = freshId();
    const client = await connect('alice', id);
    client.ws.close(code);
    expect(await departuresOf(id)).toMatchObject([{ how }]);
  });

  it('a connection that breaks is broken', async () => {
    const id = freshId();
    (await connect('alice', id)).terminate();
    expect(await departuresOf(id)).toEqual([{ how: 'broken', extraGraceMs: 0 }]);
  });

  it('waits for the admission of a client that has gone meanwhile', async () => {
    const id = freshId();
    let admitted: () => void = () => undefined;
    let began = false;
    echo.gateway.onAdmit = () => {
      began = true;
      return new Promise<void>((resolve) => (admitted = resolve));
    };
    const client = await open(id);
    await eventually(() => began);
    const before = echo.app.get(RealtimeServer).size;
    await client.close();
    await expectNothingFor(id);
    admitted();
    expect(await departuresOf(id)).toEqual([{ how: 'clean' }]);
    await eventually(() => echo.app.get(RealtimeServer).size === before - 1);
  });

  const expectNothingFor = async (id: string) => {
    echo.gateway.onAdmit = () => Promise.resolve();
    await expectService();
    expect(echo.gateway.departuresOf(id)).toEqual([]);
  };

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('secret detail');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret detail'))],
  ])('that %s leaves nothing behind', async (_, onDeparted) => {
    const id = freshId();
    const before = echo.app.get(RealtimeServer).size;
    echo.gateway.onDeparted = onDeparted;
    await (await connect('alice', id)).close();
    expect(await departuresOf(id)).toHaveLength(1);
    await eventually(() => echo.app.get(RealtimeServer).size <= before);
    await expectService();
  });

  it.each<[string, () => Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('secret detail');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret detail'))],
  ])('comes after an admission that %s', async (_, onAdmit) => {
    const id = freshId();
    echo.gateway.onAdmit = onAdmit;
    expect(await (await open(id)).closed).toMatchObject({ code: 1011 });
    expect(await departuresOf(id)).toEqual([{ how: 'broken', extraGraceMs: 0 }]);
  });

  it('does not come for a path whose reading fails: 1011, and the process lives', async () => {
    echo.gateway.onParse = () => {
      throw new Error('secret detail');
    };
    const id = freshId();
    const client = await open(id);
    expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
    echo.gateway.onParse = () => undefined;
    await expectService();
    expect(echo.gateway.departuresOf(id)).toEqual([]);
  });
});
