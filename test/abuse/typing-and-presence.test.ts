import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
let stranger: Actor;
let channelId: string;
let groupId: string;

beforeAll(async () => {
  app = await startTestApp();
  const scene = await channelScene(app, { members: ['alice', 'bob'] });
  ({ alice, bob } = scene.members);
  ({ channelId, groupId } = scene);
  stranger = await register(app, 'stranger');
});
afterAll(() => app.close());

/** What came before a message of this user's, which everyone gets. */
async function heardBefore(client: SocketClient, teller: SocketClient) {
  const { id } = await teller.request({ type: 'message', content: 'marker', nonce: crypto.randomUUID() });
  await client.next((event) => event.type === 'message' && event['id'] === id);
  return client.queue.splice(0).filter(({ type }) => type === 'typing' || type === 'dm_typing');
}

describe('typing and presence under abuse (R7)', () => {
  it('nobody types as another, or in another place than that of the connection', async () => {
    const elsewhere = await channelScene(app, { members: [] });
    const victim = await elsewhere.owner.channel(elsewhere.channelId);
    const [a, b] = [await alice.channel(channelId), await bob.channel(channelId)];
    const forged = { user_id: bob.id, username: bob.username, from: bob.id, sender_id: bob.id };
    a.send({ type: 'typing', is_typing: true, ...forged, channel_id: elsewhere.channelId });
    expect(await b.next('typing')).toEqual({
      type: 'typing',
      user_id: alice.id,
      username: alice.username,
      is_typing: true,
      channel_id: channelId,
    });
    expect(await heardBefore(victim, victim)).toEqual([]);

    const [mine, theirs] = [await alice.dm(bob), await bob.dm(alice)];
    mine.send({ type: 'dm_typing', is_typing: true, ...forged, conversation_id: channelId });
    expect(await theirs.next('dm_typing')).toMatchObject({ user_id: alice.id, username: alice.username });
    await Promise.all([victim, a, b, mine, theirs].map((client) => client.close()));
  });

  it('a flood of typing is rate_limited, then 4429; the others get no more than the limit lets through', async () => {
    const { owner, members, channelId: flooded } = await channelScene(app, { members: ['alice', 'bob'] });
    const [a, b, o] = [
      await members.alice.channel(flooded),
      await members.bob.channel(flooded),
      await owner.channel(flooded),
    ];
    let sent = 0;
    const flood = setInterval(() => {
      for (let burst = 0; burst < 100; burst += 1) a.send({ type: 'typing', is_typing: sent++ % 2 === 0 });
    }, 100);
    const { code } = await a.closed;
    clearInterval(flood);
    expect(code).toBe(4429);
    expect(a.seen.find(({ type }) => type === 'error')).toMatchObject({ code: 'rate_limited' });
    const { id } = await o.request({ type: 'message', content: 'still here', nonce: 'marker' });
    await b.next((event) => event.type === 'message' && event['id'] === id);
    expect(b.seen.filter(({ type }) => type === 'typing').length).toBeLessThan(sent / 2);
    await Promise.all([b, o].map((client) => client.close()));
  }, 30_000);

  it('the presence of people with whom one shares nothing is not to be had, by REST or by a socket', async () => {
    const online = await alice.channel(channelId);
    for (const path of [`/channels/${channelId}/presence`, `/groups/${groupId}/presence`]) {
      const answer = await stranger.api.get(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(JSON.stringify(answer.body)).not.toContain(alice.id);
      expect(expectOk(await bob.api.get(path))).toMatchObject({ users: [{ user_id: alice.id }] });
    }
    const refused = await stranger.dial(`/ws/channel/${channelId}`);
    expect(await refused.closed).toMatchObject({ code: 4403 });
    expect(JSON.stringify(refused.seen)).not.toContain(alice.id);
    await online.close();
  });

  it.each([
    ['a topic', { topic: 'x' }],
    ['a channel', { channel_id: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' }],
  ])(
    'ten thousand scopes are not asked for on one connection: it is of one channel, %s named or not',
    async (_, more) => {
      const client = await alice.channel(channelId);
      for (let n = 0; n < 20; n += 1)
        expect(await client.request({ type: 'subscribe', ...more, n })).toMatchObject({ code: 'unknown_type' });
      await client.close();
    },
  );
});
