import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { maskedFrame, OPCODE, RawPeer } from '../support/raw-peer.js';
import { createTestDatabase, TestDatabase } from '../support/test-database.js';
import { binary, close, more, ping, text } from './autobahn/case.js';
import { MortalServer } from './support/mortal-server.js';
import { Probe } from './support/probe.js';
import { residentMemory } from './support/resident-memory.js';
import { count, figures, progress } from './support/scale.js';

/** No such channel: before authentication nobody can tell. */
const TARGET = '/ws/channel/01890000-0000-7000-8000-000000000000';
const MINUTE_MS = 60_000;

describe('hostile sockets, before authentication', { timeout: 10 * MINUTE_MS }, () => {
  let database: TestDatabase;
  let server: MortalServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await MortalServer.start({ DATABASE_URL: database.url, WS_AUTH_TIMEOUT_MS: '1000' });
  }, MINUTE_MS);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });
  afterEach(async () => {
    // The process lives, and says nothing of a fault of ours.
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(server.output).not.toMatch(/"level":"(error|fatal)"/);
  });

  const port = () => Number(new URL(server.url).port);
  const open = async (headers: Record<string, string> = {}) => {
    const peer = await RawPeer.upgrade(port(), TARGET, { headers });
    expect(await peer.status()).toBe(101);
    return peer;
  };
  /** The close codes of so many sockets that all write the same, and what that cost the server. */
  const attack = async (sockets: number, bytes: Buffer) => {
    progress('W', `${sockets} sockets, ${bytes.length} bytes each`);
    const before = residentMemory(server.pid);
    const peers = await Promise.all(Array.from({ length: sockets }, () => open()));
    for (const peer of peers) peer.send(bytes);
    const codes = new Set(await Promise.all(peers.map((peer) => peer.closeCode(MINUTE_MS))));
    await Promise.all(peers.map((peer) => peer.gone(MINUTE_MS)));
    return { codes: [...codes], grownMb: residentMemory(server.pid) - before };
  };

  it('W2: a frame that is, or announces to be, too large closes with 1009, and costs no memory', async () => {
    expect(await attack(1, text(Buffer.alloc(65_537, 0x20)))).toMatchObject({ codes: [1009] });
    const announced = await attack(count('W2.sockets'), Buffer.from('81ff8000000000000000', 'hex'));
    expect(announced.codes).toEqual([1009]);
    expect(announced.grownMb).toBeLessThan(100);
    figures('W2', { sockets: count('W2.sockets'), 'memory grown by, MB': announced.grownMb });
  });

  it('W3: fragments without an end close with 1008, and cost no memory', async () => {
    const fragment = maskedFrame(OPCODE.continuation, Buffer.from('x'), { fin: false });
    const all = Buffer.concat([text('"', { fin: false }), Buffer.alloc(fragment.length * 131_000, fragment)]);
    const { codes, grownMb } = await attack(count('W3.sockets'), all);
    expect(codes).toEqual([1008]);
    expect(grownMb).toBeLessThan(100);
    figures('W3', { sockets: count('W3.sockets'), 'memory grown by, MB': grownMb });
  });

  const BAD_TEXT = Buffer.from('edbfbf', 'hex');
  it.each([
    ['W4: invalid UTF-8 in a text', text(BAD_TEXT), 1007],
    [
      'W4: invalid UTF-8 over fragments',
      Buffer.concat([text(BAD_TEXT.subarray(0, 1), { fin: false }), more(BAD_TEXT.subarray(1))]),
      1007,
    ],
    ['W4: invalid UTF-8 in the reason of a close', close(1000, BAD_TEXT), 1007],
    ['W5: an unmasked frame', text('{}', { masked: false }), 1002],
    ['W5: reserved bits', text('{}', { rsv: 2 }), 1002],
    ['W5: an unknown opcode', maskedFrame(11, Buffer.from('x')), 1002],
    ['W5: a ping of 126 bytes', ping('x'.repeat(126)), 1002],
    ['W5: a close of one byte', maskedFrame(OPCODE.close, Buffer.from([3])), 1002],
    ['W5: a binary frame', binary(Buffer.from('x')), 1003],
  ])('%s closes with its code', async (_, bytes, code) => {
    expect(await attack(3, bytes)).toMatchObject({ codes: [code] });
  });

  it('W6: compression that is offered is not taken, and a bomb is a protocol error', async () => {
    const peer = await open({ 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' });
    expect(peer.head).not.toMatch(/sec-websocket-extensions/i);
    peer.destroy();
    // 50 KB on the wire, 50 MB once it is inflated.
    const bomb = deflateRawSync(Buffer.alloc(50_000_000));
    const { codes, grownMb } = await attack(count('W6.sockets'), text(bomb.subarray(0, 65_000), { rsv: 4 }));
    expect(codes).toEqual([1002]);
    expect(grownMb).toBeLessThan(100);
    figures('W6', { sockets: count('W6.sockets'), 'memory grown by, MB': grownMb });
  });

  it('W7: headers that trickle in are cut, one who says nothing after the upgrade is closed with 4408; others are served', async () => {
    const api = Probe.get(`${server.url}/health/ready`);
    progress('W7', `${count('W7.sockets')} slow sockets, and as many silent ones`);
    const started = performance.now();
    const slow = await Promise.all(
      Array.from({ length: count('W7.sockets') }, () =>
        RawPeer.request(port(), 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      ),
    );
    const trickle = setInterval(() => {
      for (const peer of slow) if (peer.socket.writable) peer.send(Buffer.from('x'));
    }, 1000);
    const silent = await Promise.all(Array.from({ length: count('W7.sockets') }, () => open()));
    expect(new Set(await Promise.all(silent.map((peer) => peer.closeCode(MINUTE_MS))))).toEqual(new Set([4408]));
    await Promise.all(slow.map((peer) => peer.gone(MINUTE_MS)));
    clearInterval(trickle);
    const cutAfterMs = Math.round(performance.now() - started);
    expect((await api.stop()).kinds).toEqual(['200']);
    figures('W7', {
      sockets: slow.length,
      'all cut after, ms': cutAfterMs,
      'longest check, ms': Math.round(api.longestMs),
    });
  });

  it.each([
    ['before', (many: string, upgrade: string) => `${many}\r\n${upgrade}`],
    ['after', (many: string, upgrade: string) => `${upgrade}\r\n${many}`],
  ])('W8: 2,000 headers %s those of the upgrade are refused', async (_, join) => {
    const many = Array.from({ length: 2000 }, () => 'a: 1').join('\r\n');
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    progress('W8', `${count('W8.requests')} upgrades`);
    for (let i = 0; i < count('W8.requests'); i++) {
      const head = `GET ${TARGET} HTTP/1.1\r\nHost: x\r\n${join(many, upgrade)}\r\n\r\n`;
      const peer = await RawPeer.request(port(), head);
      expect([400, 404, 426, 431]).toContain(await peer.status());
      await peer.gone();
    }
    figures('W8', { requests: count('W8.requests') });
  });
});
