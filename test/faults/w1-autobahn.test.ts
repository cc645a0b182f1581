import { afterAll, beforeAll, expect, it } from 'vitest';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { eventually } from '../support/eventually.js';
import { OPCODE, RawPeer } from '../support/raw-peer.js';
import { close, Case, ping } from './autobahn/case.js';
import { GROUP_6 } from './autobahn/group-6.js';
import { GROUPS_1_TO_5 } from './autobahn/groups-1-to-5.js';
import { GROUPS_7_TO_10 } from './autobahn/groups-7-to-10.js';

const CASES = [...GROUPS_1_TO_5, ...GROUP_6, ...GROUPS_7_TO_10];
const MARKER = 'the end of the case';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp({ WS_RATE_PER_SECOND: '0', WS_MAX_CONNECTIONS_PER_USER: '0' });
});
afterAll(() => echo.close());

async function write(peer: RawPeer, { bytes, chop = bytes.length }: Case): Promise<void> {
  peer.socket.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += chop) {
    peer.send(bytes.subarray(at, at + chop));
    if (chop < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What has come since `connected`. Pongs are told by their text, or by their bytes where they are none. */
function answers(peer: RawPeer): { texts: unknown[]; pongs: string[] } {
  const pongs = peer.frames().filter(({ opcode }) => opcode === OPCODE.pong);
  return {
    texts: peer
      .texts()
      .slice(1)
      .map(({ type, code }) => (type === 'error' ? code : type)),
    pongs: pongs.map(({ payload }) => (payload.includes(0) ? payload.toString('hex') : payload.toString())),
  };
}

async function play(test: Case): Promise<{ texts: unknown[]; pongs: string[]; close: number }> {
  const peer = await RawPeer.upgrade(echo.port, '/ws/echo/autobahn?token=alice');
  await eventually(() => peer.texts().length === 1);
  await write(peer, test);
  if (test.close === undefined) {
    await eventually(() => answers(peer).texts.length >= (test.texts?.length ?? 0), 20_000);
    peer.send(ping(MARKER));
    await eventually(() => answers(peer).pongs.includes(MARKER), 20_000);
    peer.send(close(1000));
  }
  const code = await peer.closeCode(20_000);
  await peer.gone(20_000);
  const { texts, pongs } = answers(peer);
  return { texts, pongs: pongs.filter((payload) => payload !== MARKER), close: code };
}

it.concurrent.each(CASES)('W1: $id $name', async (test) => {
  const outcome = await play(test);
  const expected = { texts: test.texts, pongs: test.pongs, close: test.close ?? 1000 };
  for (const [what, value] of Object.entries(expected))
    if (value !== undefined) expect(outcome[what as keyof typeof outcome], what).toEqual(value);
});

it('W1: the process that all of that was done to serves on', async () => {
  const outcome = await play({ id: '', name: '', bytes: ping('alive'), pongs: ['alive'] });
  expect(outcome).toEqual({ texts: [], pongs: ['alive'], close: 1000 });
});
