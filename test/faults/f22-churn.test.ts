import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { REPORTING, resources } from './support/resources.js';
import type { Resources } from './support/resources.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
const AT_ONCE = 10;
const WARM_UP = 100;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({
    preload: REPORTING,
    env: { RECONNECT_GRACE_MS: '100' },
  });
}, MINUTE_MS);
afterAll(() => stage.close());

/** Connections that come with a position, say something, and go in one way or the other. */
async function churn(cycles: number, random = chance()): Promise<void> {
  const one = async (n: number) => {
    const user = stage.user(n);
    const query = random.below(2) === 0 ? { since: '0' } : { history: '10' };
    const socket = await SocketClient.connect(stage.urlOf(user, query));
    await socket.next('connected', MINUTE_MS);
    socket.send({ type: 'typing', is_typing: true });
    if (n % 20 === 0) await socket.request({ type: 'message', content: `message ${n}` });
    if (random.below(2) === 0) socket.terminate();
    else await socket.close();
  };
  for (let n = 0; n < cycles; n += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, cycles - n) }, (_, i) => one(n + i)));
}

it(
  'F22: connections that come and go leave no socket, timer or file behind, nor memory',
  async () => {
    await churn(WARM_UP);
    const settled = async (atMost?: Resources) => {
      let last = await resources(stage.server);
      await eventually(async () => {
        last = await resources(stage.server);
        if (atMost === undefined) return (last.kinds['TCPSocketWrap'] ?? 0) <= AT_ONCE;
        return total(last) <= total(atMost) + 2 && last.files <= atMost.files + 2;
      }, MINUTE_MS).catch(() => undefined);
      return last;
    };
    const before = await settled();
    const rounds = 5;
    const heaps: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await churn(count('F22.cycles') / rounds);
      heaps.push((await resources(stage.server)).heapKb);
      progress('F22', `round ${round + 1} of ${rounds}: ${heaps.at(-1) ?? 0} KB of heap`);
    }
    const after = await settled(before);
    expect(total(after)).toBeLessThanOrEqual(total(before) + 2);
    expect(after.files).toBeLessThanOrEqual(before.files + 2);
    // The log of a channel that grows is read in full by each resume: the last rounds alone are alike.
    expect(after.heapKb - before.heapKb).toBeLessThan(15_000);
    figures('F22', {
      connections: count('F22.cycles'),
      'heap before and after, KB': `${before.heapKb} ${after.heapKb}`,
      'heap by rounds, KB': heaps.join(' '),
      'files before and after': `${before.files} ${after.files}`,
      'sockets and timers before and after': `${total(before)} ${total(after)}`,
    });
  },
  120 * MINUTE_MS,
);

const total = ({ kinds }: Resources) => Object.values(kinds).reduce((sum, kind) => sum + kind, 0);
