import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
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

async function channelOnBoth(type: 'TEXT' | 'VOICE' = 'TEXT') {
  const { members, channelId } = await channelScene(nodes.a, { members: ['alice', 'bob'], type });
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

  it('signals of a call, in the order sent, to all connections of the target and to the one that is named', async () => {
    const { members, alice, bob, channelId } = await channelOnBoth('VOICE');
    const second = await members.bob.on(nodes.b).channel(channelId);
    const { connection_id: named } = await second.next('connected');
    const here = () => alice.seen.some(({ type, user_id }) => type === 'user_joined' && user_id === members.bob.id);
    await eventually(here);
    const offer = { type: 'webrtc_offer', target_user_id: members.bob.id };
    for (let n = 1; n <= 20; n += 1) alice.send({ ...offer, data: n });
    expect(await alice.request({ ...offer, data: 'named', target_connection_id: named })).toMatchObject({
      type: 'ack',
    });
    for (const client of [second, bob])
      for (let n = 1; n <= 20; n += 1) expect(await client.next('webrtc_offer')).toMatchObject({ data: n });
    expect(await second.next('webrtc_offer')).toMatchObject({ data: 'named', from_user_id: members.alice.id });
    bob.send({ type: 'webrtc_answer', target_user_id: members.alice.id, data: 'back' });
    expect(await alice.next('webrtc_answer')).toMatchObject({ data: 'back', from_user_id: members.bob.id });
    expect(bob.seen.filter(({ type }) => type === 'webrtc_offer')).toHaveLength(20);
  });
});
