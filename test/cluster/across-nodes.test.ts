import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../support/redis-server.js';
import { channelScene, register } from '../support/scene.js';
import { startTwoNodes } from './support/two-nodes.js';
import type { TwoNodes } from './support/two-nodes.js';

let redis: RedisServer;
let nodes: TwoNodes;
beforeAll(async () => {
  redis = await RedisServer.start();
  nodes = await startTwoNodes({ REDIS_URL: redis.url, WS_RATE_PER_SECOND: '0' });
});
afterAll(async () => {
  await nodes.close();
  await redis.stop();
});

async function channelOnBoth() {
  const { members, channelId } = await channelScene(nodes.a, { members: ['alice', 'bob'] });
  const alice = await members.alice.channel(channelId);
  const bob = await members.bob.on(nodes.b).channel(channelId);
  return { members, channelId, alice, bob };
}

describe('what one node does is seen on the other (2, 3)', () => {
  it('messages of a channel, both ways', async () => {
    const { alice, bob } = await channelOnBoth();
    for (const [n, from] of [alice, bob, alice, bob].entries()) {
      expect(await from.request({ type: 'message', content: `number ${n}` })).toMatchObject({ type: 'ack' });
      for (const client of [alice, bob])
        expect(await client.next('message')).toMatchObject({ content: `number ${n}`, seq: n + 1 });
    }
  });

  it('typing in a channel, and its end when the connection goes', async () => {
    const { alice, bob, members } = await channelOnBoth();
    for (const is_typing of [true, false, true]) {
      alice.send({ type: 'typing', is_typing });
      expect(await bob.next('typing')).toMatchObject({ user_id: members.alice.id, is_typing });
      expect(await alice.next('typing')).toMatchObject({ user_id: members.alice.id, is_typing });
    }
    alice.terminate();
    expect(await bob.next('typing')).toMatchObject({ user_id: members.alice.id, is_typing: false });
  });

  it('messages and typing of a DM, in the order sent', async () => {
    const [alice, bob] = [await register(nodes.a, 'alice'), await register(nodes.a, 'bob')];
    const [a, b] = [await alice.dm(bob), await bob.on(nodes.b).dm(alice)];
    for (let n = 1; n <= 20; n += 1) a.send({ type: 'dm_message', content: String(n) });
    for (let n = 1; n <= 20; n += 1) expect(await b.next('dm_message')).toMatchObject({ content: String(n), seq: n });
    b.send({ type: 'dm_typing', is_typing: true });
    expect(await a.next('dm_typing')).toMatchObject({ user_id: bob.id, is_typing: true });
  });
});
