import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { channelScene } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';
import { startTwoNodes } from './support/two-nodes.js';
import type { TwoNodes } from './support/two-nodes.js';

/** Of each of two senders, each of whom waits for its acknowledgement before the next. */
const MESSAGES = 80;

let redis: RedisServer;
let nodes: TwoNodes;
beforeEach(async () => {
  redis = await RedisServer.start();
  nodes = await startTwoNodes({ REDIS_URL: redis.url, WS_RATE_PER_SECOND: '0' });
});
afterEach(async () => {
  await nodes.close();
  await redis.stop();
});

const faults: Record<string, () => Promise<unknown>> = {
  'cuts the subscriptions': () => redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  'cuts all connections': () => redis.command('CLIENT', 'KILL', 'TYPE', 'normal'),
  'is emptied': () => redis.command('FLUSHALL'),
  'is killed and comes back empty': () => redis.restart(),
  'stands still': async () => {
    redis.freeze();
    await sleep(700);
    redis.thaw();
  },
};

describe('a log on two nodes (2.1)', () => {
  it.each(Object.keys(faults))(
    'comes whole and in order to both while their Redis %s again and again',
    async (name) => {
      const { members, channelId } = await channelScene(nodes.a, { members: ['alice', 'bob'] });
      const clients = [await members.alice.channel(channelId), await members.bob.on(nodes.b).channel(channelId)];
      const over = new AbortController();
      const trouble = (async () => {
        while (!over.signal.aborted) {
          await faults[name]!();
          await sleep(200);
        }
      })();
      await Promise.all(clients.map((client) => send(client)));
      over.abort();
      await trouble;
      await eventually(() => clients.every((client) => seqsOf(client).length >= 2 * MESSAGES), 10_000);
      for (const client of clients) expect(seqsOf(client)).toEqual(upTo(2 * MESSAGES));
    },
  );

  it('comes to its end, with Redis gone, and when it is back after it has lost the last notification', async () => {
    const { members, channelId } = await channelScene(nodes.a, { members: ['alice', 'bob'] });
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.on(nodes.b).channel(channelId);
    await redis.kill();
    expect(await alice.request({ type: 'message', content: 'gone' })).toMatchObject({ type: 'ack' });
    expect(await bob.next('message')).toMatchObject({ content: 'gone' });
    await redis.restart();
    await eventually(async () => (await readiness(nodes.a)) === 'ok' && (await readiness(nodes.b)) === 'ok');
    redis.freeze();
    expect(await alice.request({ type: 'message', content: 'frozen' })).toMatchObject({ type: 'ack' });
    await redis.restart();
    expect(await bob.next('message')).toMatchObject({ content: 'frozen' });
  });
});

async function readiness({ url }: TestApp): Promise<unknown> {
  return ((await (await fetch(`${url}/health/ready`)).json()) as { status: unknown }).status;
}

async function send(client: SocketClient): Promise<void> {
  for (let n = 0; n < MESSAGES; n += 1) {
    expect(await client.request({ type: 'message', content: String(n) })).toMatchObject({ type: 'ack' });
    await sleep(10);
  }
}

function seqsOf(client: SocketClient): unknown[] {
  return client.seen.filter(({ type }) => type === 'message').map((event) => event['seq']);
}
