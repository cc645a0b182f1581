import type { INestApplication } from '@nestjs/common';
import { io, Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RealtimeServer } from '../../src/realtime/realtime-server.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { SocketIoEchoGateway, StockEchoGateway } from '../support/neighbour-gateways.js';
import { OPCODE, RawPeer } from '../support/raw-peer.js';
import { SocketClient } from '../support/socket-client.js';

const GOOD = 'https://good.example';
const EVIL = ['https://evil.example', 'null', 'https://good.example.evil', 'http://good.example', 'good.example', ''];

const providers = [SocketIoEchoGateway, StockEchoGateway];
const trustOneProxy = (app: INestApplication) => {
  (app.getHttpAdapter().getInstance() as { set(name: string, value: unknown): void }).set('trust proxy', 'loopback');
};

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ CORS_ORIGINS: GOOD, WS_RATE_PER_SECOND: '0' }, { providers });
});
afterAll(() => echo.close());

const upgrade = (target: string, headers: Record<string, string> = {}) =>
  RawPeer.upgrade(echo.port, target, { headers });

const ioClient = (transports: string[], app = echo): Socket =>
  io(`http://127.0.0.1:${app.port}`, { transports, reconnection: false, forceNew: true });

const ioConnected = async (socket: Socket) => {
  await eventually(() => socket.connected);
  return socket;
};

const ioEchoes = async (socket: Socket) => {
  const answer = new Promise((resolve) => socket.once('echoed', resolve));
  socket.emit('echo', 'hello');
  expect(await answer).toBe('hello');
};

const rawEchoes = async (app = echo) => {
  const client = await SocketClient.connect(`${app.wsUrl}/ws/echo/check?token=alice`);
  expect(await client.request({ type: 'echo', n: 1 })).toMatchObject({ type: 'echoed' });
  await client.close();
};

const stockEchoes = async (app = echo) => {
  const ws = new WebSocket(`${app.wsUrl}/stock`);
  const answer = new Promise<string>((resolve, reject) => {
    ws.on('error', reject);
    ws.on('open', () => {
      ws.send('{"event":"echo","data":"hi"}');
    });
    ws.on('message', (data: Buffer) => {
      resolve(data.toString());
    });
  });
  expect(JSON.parse(await answer)).toEqual({ event: 'echoed', data: 'hi' });
  ws.terminate();
};

/** After whatever a test did, every kind of client is still served. */
const expectService = async () => {
  await Promise.all([rawEchoes(), stockEchoes()]);
  for (const transport of ['polling', 'websocket']) {
    const socket = await ioConnected(ioClient([transport]));
    await ioEchoes(socket);
    socket.disconnect();
  }
};

afterEach(expectService);

describe('origins (W9, M6)', () => {
  const websocketTargets = ['/ws/echo/1?token=alice', '/stock', '/socket.io/?EIO=4&transport=websocket'];

  it.each(websocketTargets)('%s refuses a foreign origin with 403 before the upgrade', async (target) => {
    for (const origin of EVIL) {
      const peer = await upgrade(target, { Origin: origin });
      expect(await peer.status(), origin).toBe(403);
      await peer.gone();
    }
  });

  it.each(websocketTargets)('%s takes the allowed origin, and clients that are no browser', async (target) => {
    for (const headers of [{ Origin: GOOD }, {}]) {
      const peer = await upgrade(target, headers);
      expect(await peer.status()).toBe(101);
      peer.destroy();
    }
  });

  it('Socket.IO refuses a foreign origin over polling too, and lets the allowed one read the answer', async () => {
    const poll = (origin: string) =>
      fetch(`http://127.0.0.1:${echo.port}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    for (const origin of EVIL.filter(Boolean)) {
      const response = await poll(origin);
      expect(response.status, origin).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
    const response = await poll(GOOD);
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(GOOD);
  });
});

describe('paths (W13)', () => {
  it.each([
    ['/ws/a/b/c', 404],
    ['/socket.ioX', 404],
    ['/socket.ioX/?EIO=4&transport=websocket', 404],
    ['//ws/echo/1', 404],
    ['/ws/echo', 404],
    ['/WS/echo/1', 404],
    ['/', 404],
    ['*', 404],
    ['http://127.0.0.1/ws/echo/1', 404],
    ['/ws/echo/%zz', 400],
    ['/ws/echo/%ff', 400],
    ['/ws/../ws/echo/1', 404],
  ])('%s gets %i, and its socket is closed', async (target, status) => {
    const peer = await upgrade(target);
    expect(await peer.status()).toBe(status);
    await peer.gone();
  });

  it.each([
    ['two tokens', '/ws/echo/1?token=alice&token=bob'],
    ['two tickets', '/ws/echo/1?ticket=alice&ticket=alice'],
    ['an id of 8 KiB', `/ws/echo/${'x'.repeat(8192)}?token=alice`],
  ])('%s close with 4400', async (_, target) => {
    const peer = await upgrade(target);
    expect(await peer.status()).toBe(101);
    expect(await peer.closeCode()).toBe(4400);
  });

  it('an encoded `../` is an id like any other to the router, decoded once', async () => {
    const client = await SocketClient.connect(`${echo.wsUrl}/ws/echo/%252e%2e%2f?token=alice`);
    expect(await client.next('connected')).toMatchObject({ id: '%2e./' });
    await client.close();
  });

  it('an upgrade that is no WebSocket handshake gets 4xx, and its socket is closed', async () => {
    for (const bad of [{ Upgrade: 'h2c' }, { 'Sec-WebSocket-Version': '7' }, { 'Sec-WebSocket-Key': 'short' }]) {
      const given = {
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const headers = Object.entries({ Connection: 'Upgrade', ...given, ...bad }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      const peer = await RawPeer.request(
        echo.port,
        ['GET /ws/echo/1 HTTP/1.1', 'Host: x', ...headers, '', ''].join('\r\n'),
      );
      expect(Math.floor((await peer.status()) / 100)).toBe(4);
      await peer.gone();
    }
  });
});

describe('beside Socket.IO and stock gateways on one port (W14)', () => {
  it('a raw upgrade whose authentication takes 1.5 s works, while both transports of Socket.IO do', async () => {
    const app = await startEchoApp({}, { providers });
    const raw = await SocketClient.connect(`${app.wsUrl}/ws/echo/1?token=slow:alice`);
    const started = performance.now();
    const sockets = await Promise.all(
      [['polling'], ['websocket'], ['polling', 'websocket']].map((transports) =>
        ioConnected(ioClient(transports, app)),
      ),
    );
    while (performance.now() - started < 1500) for (const socket of sockets) await ioEchoes(socket);
    await stockEchoes(app);
    app.authenticator.release();
    expect(await raw.next()).toMatchObject({ type: 'connected' });
    for (const socket of sockets) socket.disconnect();
    await app.close();
  });

  it('a node that drains refuses all of them, and Socket.IO over polling', async () => {
    const app = await startEchoApp({}, { providers });
    await app.app.get(RealtimeServer).beforeApplicationShutdown();
    for (const target of ['/ws/echo/1?token=alice', '/stock', '/socket.io/?EIO=4&transport=websocket']) {
      expect(await (await RawPeer.upgrade(app.port, target)).status(), target).toBe(503);
    }
    const polling = await fetch(`http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`);
    expect(polling.status).toBe(503);
    await app.close();
  });

  it.each(['/stock', '/socket.io/?EIO=4&transport=websocket'])(
    '%s bounds fragments and frames as raw gateways do',
    async (target) => {
      const fragments = await upgrade(target);
      expect(await fragments.status()).toBe(101);
      fragments.frame(OPCODE.text, '4', { fin: false });
      for (let i = 0; i < 1000; i++) fragments.frame(OPCODE.continuation, 'x', { fin: false });
      expect(await fragments.closeCode()).toBe(1008);
      fragments.destroy();
      const huge = await upgrade(target);
      expect(await huge.status()).toBe(101);
      huge.send(Buffer.from('81ff8000000000000000', 'hex'));
      expect(await huge.closeCode()).toBe(1009);
      huge.destroy();
    },
  );
});

describe('floods and half-done upgrades (W2, W7, W8)', () => {
  it('2,000 request headers before that of the upgrade are refused', async () => {
    const many = Array.from({ length: 2000 }, () => 'a: 1').join('\r\n');
    const upgradeHeaders = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
    const peer = await RawPeer.request(
      echo.port,
      `GET /ws/echo/1?token=alice HTTP/1.1\r\nHost: x\r\n${many}\r\n${upgradeHeaders}\r\n\r\n`,
    );
    expect([400, 405, 426, 431]).toContain(await peer.status());
    await peer.gone();
  });

  it('clients that vanish in the middle of an upgrade leave nothing behind', async () => {
    const { size } = echo.app.get(RealtimeServer);
    for (let i = 0; i < 50; i++) {
      const partial = await RawPeer.request(echo.port, 'GET /ws/echo/1 HTTP/1.1\r\nUpgrade: websocket\r\n');
      partial.destroy();
      const reset = await upgrade(i % 2 === 0 ? '/ws/echo/gone?token=alice' : '/nowhere');
      reset.socket.resetAndDestroy();
    }
    await eventually(() => echo.app.get(RealtimeServer).size <= size);
  });

  it('frames that come in one piece with the upgrade are handled after it', async () => {
    const peer = await upgrade('/ws/echo/1?token=alice');
    peer.frame(OPCODE.text, '{"type":"echo","n":7}');
    await eventually(() => peer.texts().some(({ type }) => type === 'echoed'));
    peer.destroy();
  });
});

describe('unauthenticated connections of one address', () => {
  const LIMIT = 1000;
  const fill = (app: EchoApp, from: string) =>
    Promise.all(Array.from({ length: LIMIT }, () => RawPeer.upgrade(app.port, '/ws/echo/1', { from })));

  it('are answered with 429 when they are too many; another address, and who has a credential, is served', async () => {
    const app = await startEchoApp();
    const peers = await fill(app, '127.0.0.7');
    await Promise.all(peers.map((peer) => peer.status()));
    const refused = await RawPeer.upgrade(app.port, '/ws/echo/1', { from: '127.0.0.7' });
    expect(await refused.status()).toBe(429);
    await refused.gone();
    const forged = await RawPeer.upgrade(app.port, '/ws/echo/1', {
      from: '127.0.0.7',
      headers: { 'X-Forwarded-For': '192.0.2.1' },
    });
    expect(await forged.status()).toBe(429);
    const other = await RawPeer.upgrade(app.port, '/ws/echo/1', { from: '127.0.0.8' });
    expect(await other.status()).toBe(101);
    const known = await RawPeer.upgrade(app.port, '/ws/echo/1?token=alice', { from: '127.0.0.7' });
    expect(await known.status()).toBe(101);
    peers[0]?.frame(OPCODE.text, '{"type":"auth_token","token":"alice"}');
    peers[1]?.destroy();
    await eventually(
      async () => (await (await RawPeer.upgrade(app.port, '/ws/echo/1', { from: '127.0.0.7' })).status()) === 101,
    );
    for (const peer of [...peers, other, known]) peer.destroy();
    await app.close();
  });

  it('are counted behind a trusted proxy by the address that it forwards (A16)', async () => {
    const app = await startEchoApp({}, { configure: trustOneProxy });
    const behind = (address: string) =>
      RawPeer.upgrade(app.port, '/ws/echo/1', { headers: { 'X-Forwarded-For': address } });
    const peers = await Promise.all(Array.from({ length: LIMIT }, () => behind('198.51.100.9, 192.0.2.1')));
    await Promise.all(peers.map((peer) => peer.status()));
    expect(await (await behind('192.0.2.1')).status()).toBe(429);
    const other = await behind('192.0.2.2');
    expect(await other.status()).toBe(101);
    for (const peer of [...peers, other]) peer.destroy();
    await app.close();
  });
});
