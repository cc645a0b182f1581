import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SessionId, UserId } from '../../src/common/ids.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { SocketIoServer } from '../../src/realtime/socket-io-server.js';
import type { SocketConnection } from '../../src/realtime/socket-connection.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { EnginePeer, pollingPeer, webSocketPeer } from '../support/engine-peer.js';
import { eventually } from '../support/eventually.js';
import { OPCODE, RawPeer } from '../support/raw-peer.js';
import { SocketIoClient } from '../support/socket-io-client.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());

const address = (app = echo) => `http://127.0.0.1:${app.port}/echo`;
const expectService = async (app = echo) => {
  const client = await SocketIoClient.connect(address(app), { auth: { token: 'bob' } });
  expect(await client.request('echo', { n: 1 })).toMatchObject({ success: true });
  client.close();
};
const connected = async (peer: EnginePeer, token = 'alice') => {
  await peer.send(`40/echo,${JSON.stringify({ token })}`);
  await eventually(() => peer.packets.some((packet) => packet.startsWith('40/echo,')));
  return peer;
};

const HOSTILE: (string | Buffer)[] = [
  '42/echo,[{"toString":"foo"}]',
  '42/echo,["error"]',
  '42/echo,["error",{"message":"x"}]',
  '42/echo,["__proto__",{"polluted":1}]',
  '42/echo,["constructor"]',
  '42/echo,["connect"]',
  '42/echo,["connection"]',
  '42/echo,["disconnect"]',
  '42/echo,["disconnecting"]',
  '42/echo,["newListener"]',
  '42/echo,[5]',
  '42/echo,[null]',
  '42/echo,[]',
  '42/echo,{}',
  '42/echo,"text"',
  '42/echo,[',
  '42/echo',
  '42/echo,',
  '42/nowhere,["echo",{"n":1}]',
  '42["echo",{"n":1}]',
  '42/echo,99999999999999999999999["quiet"]',
  '42/echo,-1["quiet"]',
  '42/echo, 1["quiet"]',
  '42/echo,1.5["quiet"]',
  '43/echo,999["x"]',
  '43/echo,["x"]',
  '43/echo,1{}',
  '44/echo,{"message":"x"}',
  '45/echo,1000000-["x",{"_placeholder":true,"num":0}]',
  '45/echo,1-["echo",{"_placeholder":true,"num":7}]',
  '45/echo,-1-["x"]',
  '45/echo,["x"]',
  '46/echo,1-7["x"]',
  '40/echo,{"token":"alice"}',
  '40/echo,"alice"',
  '40/nowhere,{}',
  `40/${'n'.repeat(5000)},{}`,
  '41',
  '4',
  '49',
  '4x',
  '0',
  '1',
  '2',
  '2probe',
  '3',
  '5',
  '6',
  'b4AAA',
  `42/echo,["echo",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
  Buffer.from([1, 2, 3]),
];

describe.each([
  ['websocket', webSocketPeer],
  ['polling', pollingPeer],
])('hostile packets over %s (W12)', (_, open) => {
  it('end the connection, or are answered by a named error; the process lives', async () => {
    for (const packet of HOSTILE) {
      const peer = await connected(await open(echo.port));
      const before = peer.packets.length;
      await peer.send(packet);
      await peer.send('42/echo,7["quiet"]');
      const alive = () => peer.packets.some((answer) => answer.startsWith('43/echo,7[{"success":true'));
      const failed = () => peer.packets.slice(before).some((answer) => answer.startsWith('42/echo,["failed"'));
      await eventually(() => alive() || peer.ended() || failed());
      await peer.close();
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await expectService();
  });

  it('a packet over WS_MAX_PAYLOAD_BYTES is not handled, and ends a connection that does not poll', async () => {
    const peer = await connected(await open(echo.port));
    const noted = (length: number) => `42/echo,1["echo",{"n":${length},"note":"${'x'.repeat(length)}"}]`;
    await peer.send(noted(60_000));
    await eventually(() => peer.packets.some((packet) => packet.startsWith('43/echo,1')));
    await peer.send(noted(70_000));
    await peer.send('42/echo,2["quiet"]');
    await eventually(() =>
      open === webSocketPeer ? peer.ended() : peer.packets.some((packet) => packet.startsWith('43/echo,2')),
    );
    expect(echo.sockets.handled.filter((n) => n >= 60_000)).toEqual([60_000]);
    echo.sockets.handled.splice(0);
    await peer.close();
    await expectService();
  });

  it.each(['99999999999999999999999', '-1', ' 1', '1.5'])(
    'an acknowledgement id of %j ends the connection, and is acknowledged to nobody',
    async (id) => {
      const peer = await connected(await open(echo.port));
      await peer.send(`42/echo,${id}["echo",{"n":31}]`);
      await eventually(() => peer.ended());
      expect(peer.packets.filter((packet) => packet.startsWith('43'))).toEqual([]);
      expect(echo.sockets.handled).not.toContain(31);
      await peer.close();
      await expectService();
    },
  );

  it('an event that is sent before `connect` ends the connection, and is not handled', async () => {
    const peer = await open(echo.port);
    await peer.send('42/echo,1["echo",{"n":987654}]');
    await eventually(() => peer.ended());
    expect(echo.sockets.handled).not.toContain(987_654);
  });
});

describe('recovery (A17, M5)', () => {
  it('gives nobody a recovery id', async () => {
    const peer = await connected(await webSocketPeer(echo.port));
    const answer = peer.packets.find((packet) => packet.startsWith('40/echo,')) ?? '';
    expect(Object.keys(JSON.parse(answer.slice('40/echo,'.length)) as object)).toEqual(['sid']);
    await peer.close();
  });

  it('who was sent away comes back with all that recovery asks for: it passes the middlewares, and is refused', async () => {
    const peer = await connected(await webSocketPeer(echo.port), 'alice/expelled');
    const said = (packet: string) => {
      const text = peer.packets.find((candidate) => candidate.startsWith(packet));
      return text !== undefined && (JSON.parse(text.slice('40/echo,'.length)) as unknown);
    };
    const { sid, pid = sid } = said('40/echo,') as Record<string, string>;
    // Socket.IO adds an offset to what it sends by itself, where it recovers connections.
    const { io } = echo.app.get(SocketIoServer);
    io.of('/echo').emit('news', 1);
    const [, , offset = '0'] = await eventually(() => said('42/echo,["news"') as string[] | false);
    await peer.close();
    await eventually(() => echo.sockets.departures.some(({ connection }) => connection.id === sid));
    echo.app.get(ConnectionRegistry).closeSessions('alice' as UserId, ['alice/expelled' as SessionId]);

    const entered = vi.spyOn(echo.authenticator, 'authenticate');
    for (const [auth, code] of [
      [{ token: 'alice/expelled', pid, offset }, 'invalid_token'],
      [{ pid, offset }, 'auth_required'],
    ] as const) {
      const back = await webSocketPeer(echo.port);
      await back.send(`40/echo,${JSON.stringify(auth)}`);
      await eventually(() => back.packets.length > 1);
      expect(back.packets.slice(1)).toEqual([expect.stringMatching(`^44/echo,.*"code":"${code}"`)]);
      await back.close();
    }
    expect(entered).toHaveBeenCalledOnce();
    entered.mockRestore();
  });

  it('one whose session has ended is refused, whatever recovery id it brings', async () => {
    const client = await SocketIoClient.connect(address(), { auth: { token: 'alice/banned' } });
    const { id } = client;
    client.terminate();
    echo.app.get(ConnectionRegistry).closeSessions('alice' as UserId, ['alice/banned' as SessionId]);
    const admitted = echo.sockets.departures.length;
    for (const auth of [
      { token: 'alice/banned', pid: id, offset: '0' },
      { pid: id, offset: '0' },
    ]) {
      const error = await SocketIoClient.refusal(address(), { auth });
      expect(['invalid_token', 'auth_required']).toContain(error.data?.code);
    }
    await eventually(() => echo.sockets.departures.some(({ connection }) => connection.id === id));
    expect(echo.sockets.departures.length).toBeLessThanOrEqual(admitted + 1);
  });
});

describe('floods', () => {
  it('credentials are tried no faster than WS_RATE_PER_SECOND, and who goes on is cut', async () => {
    const app = await startEchoApp({ WS_RATE_PER_SECOND: '5' });
    const peer = await webSocketPeer(app.port);
    const flood = setInterval(() => {
      for (let i = 0; i < 50; i += 1) void peer.send('40/echo,{"token":"guess"}');
    }, 50);
    await eventually(() => peer.ended());
    clearInterval(flood);
    expect(app.authenticator.seen.length).toBeLessThan(50);
    expect(peer.packets.some((packet) => packet.includes('rate_limited'))).toBe(true);
    await expectService(app);
    await app.close();
  });

  it('one who connects to no namespace is dropped after WS_AUTH_TIMEOUT_MS', async () => {
    const app = await startEchoApp({ WS_AUTH_TIMEOUT_MS: '200' });
    const [silent, left] = [await webSocketPeer(app.port), await connected(await webSocketPeer(app.port))];
    await left.send('41/echo,');
    await eventually(() => silent.ended() && left.ended());
    await app.close();
  });

  it('connections of one address that have not authenticated are bounded: HTTP 429', async () => {
    const app = await startEchoApp();
    const poll = () => fetch(`http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`);
    for (let i = 0; i < 1000; i += 50)
      for (const { status } of await Promise.all(Array.from({ length: 50 }, poll))) expect(status).toBe(200);
    expect((await poll()).status).toBe(429);
    const upgrade = await RawPeer.upgrade(app.port, '/socket.io/?EIO=4&transport=websocket');
    expect(await upgrade.status()).toBe(429);
    await app.close();
  });
});

describe('a slow reader (1.2, 4413)', () => {
  const connection = (app: EchoApp) =>
    eventually(() => {
      const [first] = app.app.get(ConnectionRegistry).ofUser('alice' as UserId);
      return first === undefined ? false : (first as SocketConnection);
    });
  const fill = async (target: SocketConnection, urgency: 'durable' | 'volatile') => {
    const text = [`["chunk",${JSON.stringify({ text: 'x'.repeat(1000) })}]`];
    for (let i = 0; i < 20_000 && target.isOpen; i += 1) {
      target.sendText(text, urgency);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const unread = async (app: EchoApp) => {
    const peer = await RawPeer.upgrade(app.port, '/socket.io/?EIO=4&transport=websocket');
    await peer.status();
    peer.frame(OPCODE.text, '40/echo,{"token":"alice"}');
    await connection(app);
    peer.socket.pause();
    return peer;
  };
  const start = () => startEchoApp({ WS_MAX_BUFFERED_BYTES: '262144', WS_RATE_PER_SECOND: '0' });

  it('over websocket loses volatile events first, and is cut when durable ones pile up', async () => {
    const app = await start();
    const peer = await unread(app);
    const target = await connection(app);
    await fill(target, 'volatile');
    expect(target.isOpen).toBe(true);
    await fill(target, 'durable');
    expect(target.isOpen).toBe(false);
    await eventually(() => app.sockets.departures.length === 1);
    expect(app.sockets.departures[0]?.departure).toEqual({ how: 'broken', extraGraceMs: 0 });
    await expectService(app);
    peer.destroy();
    await app.close();
  });

  it('over polling too', async () => {
    const app = await start();
    const url = `http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40/echo,{"token":"alice"}' });
    const target = await connection(app);
    await fill(target, 'volatile');
    expect(target.isOpen).toBe(true);
    await fill(target, 'durable');
    expect(target.isOpen).toBe(false);
    await eventually(() => app.sockets.departures.length === 1);
    await app.close();
  });

  it('a burst in one turn is not the peer’s fault', async () => {
    const app = await start();
    const client = await SocketIoClient.connect(address(app), { auth: { token: 'alice' } });
    client.emit('burst', { n: 1000 });
    await client.next('chunk', ({ i }) => i === 999);
    client.close();
    await app.close();
  });
});
