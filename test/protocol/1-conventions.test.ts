import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { OPCODE, RawPeer } from '../support/raw-peer.js';
import { SocketClient } from '../support/socket-client.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());

const connect = async (user = 'alice', id = '1') => {
  const client = await SocketClient.connect(`${echo.wsUrl}/ws/echo/${id}?token=${user}`);
  await client.next('connected');
  return client;
};

const rawPeer = async (query = '?token=alice') => {
  const peer = await RawPeer.upgrade(echo.port, `/ws/echo/raw${query}`);
  await eventually(() => peer.texts().length > 0);
  return peer;
};

describe('frames (1)', () => {
  it('closes with 1003 on a binary frame', async () => {
    const alice = await connect();
    alice.ws.send(Buffer.from('{"type":"ping"}'));
    expect(await alice.closed).toMatchObject({ code: 1003 });
  });

  it('takes a frame of WS_MAX_PAYLOAD_BYTES, and closes with 1009 on one over it', async () => {
    const alice = await connect();
    const frame = (bytes: number) => {
      const empty = JSON.stringify({ type: 'ping', ref: 'big', pad: '' });
      return JSON.stringify({ type: 'ping', ref: 'big', pad: 'x'.repeat(bytes - empty.length) });
    };
    alice.sendText(frame(65_536));
    expect(await alice.next('pong')).toMatchObject({ ref: 'big' });
    alice.sendText(frame(65_537));
    expect(await alice.closed).toMatchObject({ code: 1009 });
  });

  it('closes with 1007 on invalid UTF-8 in one frame', async () => {
    const peer = await rawPeer();
    peer.frame(OPCODE.text, Buffer.from([0x22, 0xc3, 0x28, 0x22]));
    expect(await peer.closeCode()).toBe(1007);
  });

  it('closes with 1007 on invalid UTF-8 that is split over fragments', async () => {
    const peer = await rawPeer();
    peer.frame(OPCODE.text, Buffer.from([0x22, 0xf0, 0x9f]), { fin: false });
    peer.frame(OPCODE.continuation, Buffer.from([0x22]));
    expect(await peer.closeCode()).toBe(1007);
  });

  it('reads a text whose character is split over fragments', async () => {
    const peer = await rawPeer();
    const bytes = Buffer.from('{"type":"ping","ref":"😀"}');
    const middle = bytes.indexOf(0xf0) + 2;
    peer.frame(OPCODE.text, bytes.subarray(0, middle), { fin: false });
    peer.frame(OPCODE.continuation, bytes.subarray(middle));
    expect(await eventually(() => peer.texts().find(({ type }) => type === 'pong') ?? false)).toMatchObject({
      ref: '😀',
    });
  });
});

describe('messages (1)', () => {
  it.each(['not json', '', '[]', '[{"type":"ping"}]', 'null', '1', '"ping"', '{}', '{"type":1}', '{"type":null}'])(
    'answers %j, which is no object with a string `type`, with bad_json, and the connection stays',
    async (text) => {
      const alice = await connect();
      alice.sendText(text);
      expect(await alice.next()).toMatchObject({
        type: 'error',
        code: 'bad_json',
        message: expect.any(String) as string,
      });
      expect(await alice.untilMarker()).toEqual([]);
    },
  );

  it('answers an unknown `type` with unknown_type and its ref, and the connection stays', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'no-such-thing' })).toMatchObject({ type: 'error', code: 'unknown_type' });
    expect(await alice.untilMarker()).toEqual([]);
  });

  it('ignores fields that are not listed', async () => {
    const alice = await connect();
    const answer = await alice.request({ type: 'echo', n: 1, user: 'bob', more: { deep: true } });
    expect(answer).toMatchObject({ type: 'echoed', fields: ['n'], user: 'alice' });
  });

  const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

  it('takes JSON of 32 levels, and calls 33 bad_json', async () => {
    const alice = await connect();
    alice.sendText(`{"type":"ping","ref":"32","a":${nested(31)}}`);
    expect(await alice.next()).toMatchObject({ type: 'pong', ref: '32' });
    alice.sendText(`{"type":"ping","ref":"33","a":${nested(32)}}`);
    expect(await alice.next()).toMatchObject({ type: 'error', code: 'bad_json', ref: '33' });
  });

  it('calls JSON of thousands of levels bad_json', async () => {
    const alice = await connect();
    alice.sendText(`{"type":"ping","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`);
    expect(await alice.next()).toMatchObject({ type: 'error', code: 'bad_json' });
    expect(await alice.untilMarker()).toEqual([]);
  });

  it('takes an object of 256 keys, and calls one of 257 bad_json, at any level', async () => {
    const alice = await connect();
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
    alice.send({ type: 'ping', ref: '256', ...keys(254) });
    expect(await alice.next()).toMatchObject({ type: 'pong', ref: '256' });
    alice.send({ type: 'ping', ref: 'deep', object: keys(256) });
    expect(await alice.next()).toMatchObject({ type: 'pong', ref: 'deep' });
    alice.send({ type: 'ping', ref: '257', ...keys(255) });
    expect(await alice.next()).toMatchObject({ type: 'error', code: 'bad_json', ref: '257' });
    alice.send({ type: 'ping', list: [keys(257)] });
    expect(await alice.next()).toMatchObject({ type: 'error', code: 'bad_json' });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes %s as data: no type of ours, and harmless as a field or a key',
    async (name) => {
      const alice = await connect();
      expect(await alice.request({ type: name })).toMatchObject({ type: 'error', code: 'unknown_type' });
      alice.sendText(`{"type":"echo","n":1,"ref":"f","${name}":{"polluted":1,"n":2}}`);
      expect(await alice.next('echoed')).toEqual({ type: 'echoed', n: 1, ref: 'f', user: 'alice', fields: ['n'] });
      alice.sendText(`{"${name}":{"type":"ping","ref":"inherited"}}`);
      expect(await alice.next()).toMatchObject({ type: 'error', code: 'bad_json' });
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    },
  );

  it('names the wrong fields of a command, and the connection stays', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'echo', n: 'x' })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'n', problems: [expect.any(String)] }],
    });
    expect(await alice.request({ type: 'echo', n: 2 })).toMatchObject({ type: 'echoed', n: 2 });
  });
});

describe('ref (1)', () => {
  it('answers a command with its ref', async () => {
    const alice = await connect();
    alice.send({ type: 'echo', n: 1, ref: 'r1' });
    expect(await alice.next()).toEqual({ type: 'echoed', n: 1, user: 'alice', fields: ['n'], ref: 'r1' });
  });

  it('is any string up to 64 characters, counted in code points', async () => {
    const alice = await connect();
    const ref = '😀'.repeat(64);
    alice.send({ type: 'ping', ref });
    expect(await alice.next()).toMatchObject({ type: 'pong', ref });
    alice.send({ type: 'ping', ref: 'x'.repeat(65) });
    expect(await alice.next()).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'ref', problems: [expect.any(String)] }],
    });
  });

  it.each(['"a\\u0000"', '"\\ud800"'])(
    'calls the ref %s, which is no storable text, validation_failed',
    async (ref) => {
      const alice = await connect();
      alice.sendText(`{"type":"ping","ref":${ref}}`);
      expect(await alice.next()).toMatchObject({ type: 'error', code: 'validation_failed' });
    },
  );

  it.each([1, true, null, {}, []])('calls a ref of %j validation_failed', async (ref) => {
    const alice = await connect();
    alice.send({ type: 'echo', n: 1, ref });
    expect(await alice.next()).toMatchObject({ type: 'error', code: 'validation_failed' });
  });

  it('gives an ack to a command with a ref and no typed reply, and nothing to one without', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'quiet' })).toMatchObject({ type: 'ack' });
    alice.send({ type: 'quiet' });
    expect(await alice.untilMarker()).toEqual([]);
  });

  it('is on the error that answers a command', async () => {
    const alice = await connect();
    alice.send({ type: 'echo', n: 'x', ref: 'wrong' });
    expect(await alice.next('error')).toMatchObject({ code: 'validation_failed', ref: 'wrong' });
  });
});

describe('ping (1)', () => {
  it('gets a pong with the time of the server, and the ref', async () => {
    const alice = await connect();
    alice.send({ type: 'ping' });
    const pong = await alice.next('pong');
    expect(pong).toEqual({
      type: 'pong',
      server_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    expect(await alice.request({ type: 'ping' })).toMatchObject({ type: 'pong', ref: expect.any(String) as string });
  });

  it('as a WebSocket ping gets a WebSocket pong with its payload', async () => {
    const alice = await connect();
    const pong = new Promise<Buffer>((resolve) => alice.ws.once('pong', resolve));
    alice.ws.ping('payload');
    expect((await pong).toString()).toBe('payload');
  });
});

describe('order (1)', () => {
  it('answers five frames sent at once in the order sent, one at a time', async () => {
    const alice = await connect();
    for (const n of [40, 30, 20, 10, 0]) alice.send({ type: 'later', n });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await alice.next('echoed'))['n']);
    expect(answers).toEqual([40, 30, 20, 10, 0]);
  });

  it('keeps the order between commands, pings and mistakes', async () => {
    const alice = await connect();
    alice.send({ type: 'later', n: 30, ref: '1' });
    alice.send({ type: 'ping', ref: '2' });
    alice.sendText('not json');
    alice.send({ type: 'nothing', ref: '3' });
    alice.send({ type: 'echo', n: 0, ref: '4' });
    const types = [];
    for (let i = 0; i < 5; i++) types.push((await alice.next()).type);
    expect(types).toEqual(['echoed', 'pong', 'error', 'error', 'echoed']);
  });

  it('handles what arrived before a clean close, and cleans up after that', async () => {
    const alice = await connect();
    const before = [echo.gateway.handled.length, echo.gateway.departures.length] as const;
    for (const n of [30, 20, 10]) alice.send({ type: 'later', n });
    for (let n = 1; n <= 40; n++) alice.send({ type: 'echo', n });
    await alice.close(1000);
    await eventually(() => echo.gateway.departures.length > before[1]);
    expect(echo.gateway.handled.slice(before[0])).toEqual([30, 20, 10, ...Array.from({ length: 40 }, (_, i) => i + 1)]);
  });

  it('handles what was held while its admission was decided, also when the client has said goodbye since', async () => {
    let admit: () => void = () => undefined;
    echo.gateway.onAdmit = () =>
      new Promise((resolve) => {
        admit = resolve;
      });
    const alice = await SocketClient.connect(`${echo.wsUrl}/ws/echo/1?token=alice`);
    const handled = echo.gateway.handled.length;
    alice.send({ type: 'echo', n: 7 });
    await alice.close(1000);
    echo.gateway.onAdmit = () => Promise.resolve();
    admit();
    await eventually(() => echo.gateway.handled.length > handled);
    expect(echo.gateway.handled.at(-1)).toBe(7);
  });

  it('pauses a client that sends faster than it is handled, and loses nothing', async () => {
    const alice = await connect();
    const count = 3000;
    const pad = 'x'.repeat(1000);
    for (let n = 0; n < count; n++) alice.send({ type: n === 0 ? 'later' : 'echo', n: n === 0 ? 100 : n, note: pad });
    const answers: unknown[] = [];
    for (let i = 0; i < count; i++) answers.push((await alice.next('echoed'))['n']);
    expect(answers).toEqual([100, ...Array.from({ length: count - 1 }, (_, i) => i + 1)]);
  });
});

describe('heartbeat (1)', () => {
  const INTERVAL_MS = 300;
  let quick: EchoApp;
  beforeAll(async () => {
    quick = await startEchoApp({ WS_HEARTBEAT_INTERVAL_MS: String(INTERVAL_MS) });
  });
  afterAll(() => quick.close());

  it('terminates a peer that stays silent for two intervals, and not before', async () => {
    const started = performance.now();
    const peer = await RawPeer.upgrade(quick.port, '/ws/echo/silent?token=alice');
    expect(await peer.closeCode(10_000)).toBe(1006);
    expect(performance.now() - started).toBeGreaterThanOrEqual(2 * INTERVAL_MS - 10);
    expect(peer.frames().filter(({ opcode }) => opcode === OPCODE.ping).length).toBeGreaterThanOrEqual(1);
    await eventually(() => quick.gateway.departuresOf('silent').length === 1);
    expect(quick.gateway.departuresOf('silent')).toEqual([{ how: 'broken', extraGraceMs: 0 }]);
  });

  it('keeps an idle peer that answers its pings', async () => {
    const client = await SocketClient.connect(`${quick.wsUrl}/ws/echo/idle?token=alice`);
    let pings = 0;
    client.ws.on('ping', () => pings++);
    await eventually(() => pings >= 5, 20_000);
    expect(await client.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });
});

describe('paths (1)', () => {
  it('answers 404 at the upgrade of a path that no gateway serves', async () => {
    await expect(SocketClient.connect(`${echo.wsUrl}/ws/nothing/here/at/all`)).rejects.toThrow('HTTP 404');
  });
});
