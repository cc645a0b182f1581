import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Conflict } from '../../src/common/domain-error.js';
import { AdmissionRefused } from '../../src/realtime/raw-gateway.js';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { echoClients, resetGateway } from '../support/echo-clients.js';
import { eventually } from '../support/eventually.js';
import { OPCODE, RawPeer } from '../support/raw-peer.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0' });
});
afterAll(() => echo.close());
beforeEach(() => {
  resetGateway(echo);
});

const { freshId, open, connect, departuresOf, expectService } = echoClients(() => echo);

describe('error frames (1.2)', () => {
  it.each(['throw', 'reject'])(
    '`internal` (a handler that would %s) carries an error_id, nothing of the error, and the connection stays',
    async (type) => {
      const alice = await connect();
      const error = await alice.request({ type });
      expect(error).toEqual({
        type: 'error',
        code: 'internal',
        message: expect.any(String) as string,
        error_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        ref: error['ref'],
      });
      expect(JSON.stringify(alice.seen)).not.toContain('secret');
      expect(await alice.request({ type: 'echo', n: 1 })).toMatchObject({ type: 'echoed' });
    },
  );

  it('`rate_limited` gives retry_after_ms', async () => {
    const alice = await connect();
    const error = await alice.request({ type: 'refuse' });
    expect(error).toMatchObject({ type: 'error', code: 'rate_limited', retry_after_ms: 1234 });
  });

  it('`forbidden` is what a guard of Nest says that lets nobody through', async () => {
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    expect(await alice.request({ type: 'guarded' })).toMatchObject({ type: 'error', code: 'forbidden' });
    expect(await bob.request({ type: 'guarded' })).toMatchObject({ type: 'guarded' });
  });

  it('`validation_failed` is what a pipe of Nest says', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'piped', n: 'x' })).toMatchObject({ type: 'error', code: 'validation_failed' });
    expect(await alice.request({ type: 'piped', n: '7' })).toMatchObject({ type: 'piped', n: 7, user: 'alice' });
  });

  it('an interceptor of Nest sees the command that was validated, and may change the reply', async () => {
    const alice = await connect();
    const reply = await alice.request({ type: 'intercepted', n: 3 });
    expect(reply).toMatchObject({ type: 'intercepted', n: 3, user: 'alice', stamped: true });
    expect(await alice.request({ type: 'intercepted', n: 'x' })).toMatchObject({ code: 'validation_failed' });
  });
});

describe('close codes by protocol violation (1.2)', () => {
  const violations: [string, (peer: RawPeer) => void, number][] = [
    [
      'an unmasked frame',
      (peer) => {
        peer.frame(OPCODE.text, '{}', { masked: false });
      },
      1002,
    ],
    [
      'an RSV bit',
      (peer) => {
        peer.frame(OPCODE.text, '{}', { rsv: 4 });
      },
      1002,
    ],
    [
      'an unknown opcode',
      (peer) => {
        peer.frame(3, '{}');
      },
      1002,
    ],
    [
      'a ping of 126 bytes',
      (peer) => {
        peer.frame(OPCODE.ping, Buffer.alloc(126));
      },
      1002,
    ],
    [
      'a close body of one byte',
      (peer) => {
        peer.frame(OPCODE.close, Buffer.from([3]));
      },
      1002,
    ],
    [
      'a close code that is none',
      (peer) => {
        peer.frame(OPCODE.close, Buffer.from([3, 236]));
      },
      1002,
    ],
    [
      'a continuation of nothing',
      (peer) => {
        peer.frame(OPCODE.continuation, 'x');
      },
      1002,
    ],
    [
      'a fragmented ping',
      (peer) => {
        peer.frame(OPCODE.ping, 'x', { fin: false });
      },
      1002,
    ],
    [
      'a declared length of 2^63',
      (peer) => {
        peer.send(Buffer.from('81ff8000000000000000', 'hex'));
      },
      1009,
    ],
    [
      'a declared length over the limit',
      (peer) => {
        peer.send(Buffer.from('81ff0000000000010001', 'hex'));
      },
      1009,
    ],
    [
      'too many fragments',
      (peer) => {
        manyFragments(peer, 1000);
      },
      1008,
    ],
  ];

  it.each(violations)(
    '%s closes the connection, and nothing is sent after the close frame',
    async (_, violate, code) => {
      const id = freshId();
      const peer = await RawPeer.upgrade(echo.port, `/ws/echo/${id}?token=alice`);
      await eventually(() => peer.texts().some(({ type }) => type === 'connected'));
      peer.frame(OPCODE.text, '{"type":"burst","n":3}');
      violate(peer);
      expect(await peer.closeCode()).toBe(code);
      await peer.gone();
      expect(peer.frames().at(-1)?.opcode).toBe(OPCODE.close);
      expect(await departuresOf(id)).toEqual([{ how: 'clean' }]);
      await expectService();
    },
  );

  it('also before authentication', async () => {
    const peer = await RawPeer.upgrade(echo.port, '/ws/echo/1');
    manyFragments(peer, 131_000);
    expect(await peer.closeCode()).toBe(1008);
    await expectService();
  });
});

function manyFragments(peer: RawPeer, count: number): void {
  peer.frame(OPCODE.text, '"', { fin: false });
  const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78]);
  peer.send(Buffer.alloc(fragment.length * count, fragment));
}

describe('close codes by refusal (1.2)', () => {
  it('4400: a bad path or query, before authentication', async () => {
    expect(await (await open('bad', 'invalid')).closed).toEqual({ code: 4400, reason: 'id is bad' });
  });

  it.each([
    [new AdmissionRefused(4404, 'no such user'), 4404, 'no such user'],
    [new Conflict('taken'), 4409, 'taken'],
    [new Error('secret detail'), 1011, 'internal error'],
  ])('what admission throws closes with the code that fits (%s)', async (error, code, reason) => {
    const id = freshId();
    echo.gateway.onAdmit = () => Promise.reject(error);
    const client = await open(id);
    expect(await client.closed).toEqual({ code, reason });
    expect(JSON.stringify(client.seen)).not.toContain('secret');
    expect(await departuresOf(id)).toHaveLength(1);
  });

  it('nothing that comes after our close frame is handled, even if admission ends well after it', async () => {
    const id = freshId();
    echo.gateway.onAdmit = (connection) => {
      connection.close(4403, 'left');
      return Promise.resolve();
    };
    echo.gateway.handled.length = 0;
    const peer = await RawPeer.upgrade(echo.port, `/ws/echo/${id}?token=alice`);
    expect(await peer.closeCode()).toBe(4403);
    peer.frame(OPCODE.text, '{"type":"echo","n":1}');
    await peer.gone();
    expect(await departuresOf(id)).toEqual([{ how: 'clean' }]);
    expect(echo.gateway.handled).toEqual([]);
    expect(peer.texts()).toEqual([]);
  });

  it('a reason that is too long for a close frame is cut between characters', async () => {
    echo.gateway.onAdmit = () => Promise.reject(new AdmissionRefused(4403, '€'.repeat(100)));
    expect(await (await open(freshId())).closed).toEqual({ code: 4403, reason: '€'.repeat(41) });
  });

  it('4429: more than WS_MAX_CONNECTIONS_PER_USER of one user; another user is served', async () => {
    const app = await startEchoApp({ WS_MAX_CONNECTIONS_PER_USER: '2' });
    const [first] = [await connect('alice', '1', app), await connect('alice', '2', app)];
    expect(await (await open('3', 'alice', app)).closed).toMatchObject({ code: 4429 });
    await expectService(app);
    await first.close();
    await departuresOf('1', app);
    await connect('alice', '4', app);
    await app.close();
  });
});

describe('the rate of one connection (1.2, 4429)', () => {
  let limited: EchoApp;
  beforeAll(async () => {
    limited = await startEchoApp({ WS_RATE_PER_SECOND: '5' });
  });
  afterAll(() => limited.close());

  it('answers what is over it with rate_limited, retry_after_ms and ref, in order; the connection stays', async () => {
    const alice = await connect('alice', freshId(), limited);
    for (let n = 0; n < 12; n++) alice.send({ type: 'echo', n, ref: String(n) });
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push(await alice.next());
    expect(answers.map(({ ref }) => ref)).toEqual(Array.from({ length: 12 }, (_, n) => String(n)));
    expect(answers.slice(0, 10).every(({ type }) => type === 'echoed')).toBe(true);
    expect(answers.at(-1)).toMatchObject({ type: 'error', code: 'rate_limited' });
    expect(answers.at(-1)?.['retry_after_ms']).toBeGreaterThan(0);
  });

  it.each(['message', 'WebSocket ping'])('closes a flood of %ss with 4429; others are unaffected', async (kind) => {
    const id = freshId();
    const flooder = await connect('alice', id, limited);
    const flood = setInterval(() => {
      for (let i = 0; i < 50; i++) {
        if (kind === 'message') flooder.send({ type: 'ping' });
        else flooder.ws.ping('x'.repeat(100));
      }
    }, 50);
    await expectService(limited);
    expect(await flooder.closed).toMatchObject({ code: 4429 });
    clearInterval(flood);
    expect(await departuresOf(id, limited)).toEqual([{ how: 'clean' }]);
    await expectService(limited);
  });
});
