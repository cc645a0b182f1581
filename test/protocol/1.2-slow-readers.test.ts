import { describe, expect, it } from 'vitest';
import type { UserId } from '../../src/common/ids.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { Connection } from '../../src/realtime/connection.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { RawPeer } from '../support/raw-peer.js';
import { SocketClient } from '../support/socket-client.js';

const connect = async (user: string, app: EchoApp) => {
  const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=${user}`);
  await client.next('connected');
  return client;
};

describe('a slow reader (1.2, 4413)', () => {
  const start = () => startEchoApp({ WS_MAX_BUFFERED_BYTES: '262144', WS_RATE_PER_SECOND: '0' });
  /** More than the kernels of both ends take. */
  const fill = async (app: EchoApp, id: string, urgency: 'send' | 'sendVolatile') => {
    const connection = (await eventually(
      () =>
        app.app
          .get(ConnectionRegistry)
          .ofUser('alice' as UserId)
          .find(({ context }) => (context as { id: string }).id === id) ?? false,
    )) as Connection;
    for (let i = 0; i < 20_000 && connection.isOpen; i++) {
      connection[urgency]({ type: 'chunk', i, text: 'x'.repeat(1000) });
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return connection;
  };
  const unread = async (app: EchoApp, id: string) => {
    const peer = await RawPeer.upgrade(app.port, `/ws/echo/${id}?token=alice`);
    await eventually(() => peer.texts().some(({ type }) => type === 'connected'));
    peer.socket.pause();
    return peer;
  };

  it('loses volatile events first, and stays', async () => {
    const app = await start();
    const peer = await unread(app, 'slow');
    const connection = await fill(app, 'slow', 'sendVolatile');
    expect(connection.isOpen).toBe(true);
    connection.send({ type: 'durable' });
    peer.socket.resume();
    await eventually(() => peer.texts().some(({ type }) => type === 'durable'), 10_000);
    expect(peer.texts().filter(({ type }) => type === 'chunk').length).toBeLessThan(20_000);
    await app.close();
  });

  it('is cut when durable events pile up, is expected back, and others are unaffected', async () => {
    const app = await start();
    const peer = await unread(app, 'slow');
    const before = process.memoryUsage().rss;
    const connection = await fill(app, 'slow', 'send');
    expect(connection.isOpen).toBe(false);
    const bob = await connect('bob', app);
    expect(await bob.request({ type: 'echo', n: 1 })).toMatchObject({ type: 'echoed' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    await eventually(() => app.gateway.departures.length > 0);
    expect(app.gateway.departuresOf('slow')).toEqual([{ how: 'broken', extraGraceMs: 0 }]);
    peer.destroy();
    await app.close();
  });

  it('who reads again in time sees 4413, and every event up to the cut in order', async () => {
    const app = await start();
    const peer = await unread(app, 'slow');
    await fill(app, 'slow', 'send');
    peer.socket.resume();
    expect(await peer.closeCode()).toBe(4413);
    const chunks = peer.texts().filter(({ type }) => type === 'chunk');
    expect(chunks.map(({ i }) => i)).toEqual(chunks.map((_, i) => i));
    await app.close();
  });

  it('is not who reads all of a burst that is larger than the limit', async () => {
    const app = await start();
    const alice = await connect('alice', app);
    alice.send({ type: 'burst', n: 500 });
    for (let i = 0; i < 500; i++) expect(await alice.next()).toMatchObject({ type: 'chunk', i });
    await app.close();
  });
});
