import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, register } from '../support/scene.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;

let cluster: NodeCluster;
beforeAll(async () => {
  cluster = await NodeCluster.start();
}, MINUTE_MS);
afterAll(() => cluster.stop());

describe('the user gateway on three nodes (4)', () => {
  it('gets what is said on the other nodes, in order, and each message once', async () => {
    const { owner, members, channelId } = await channelScene(cluster.node(0), { members: ['alice'] });
    const device = await members.alice.on(cluster.node(1)).connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    const senders = await Promise.all(cluster.nodes.map((node) => owner.on(node).channel(channelId)));
    for (let n = 0; n < 9; n++) await senders[n % senders.length]!.request({ type: 'message', content: String(n) });
    for (let n = 0; n < 9; n++) expect(await device.next('message')).toMatchObject({ seq: n + 1, content: String(n) });
    await device.request({ type: 'message', channel_id: channelId, content: 'mine' });
    for (const sender of senders)
      expect(await sender.next(({ content }) => content === 'mine')).toMatchObject({ sender_id: members.alice.id });
  });

  it('loses the subscription of a member who is removed on another node, and nothing else', async () => {
    const { owner, members, channelId, groupId } = await channelScene(cluster.node(0), { members: ['alice'] });
    const bob = await register(cluster.node(2), 'bob');
    const device = await members.alice.on(cluster.node(1)).connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    const { conversation_id } = await device.request({ type: 'subscribe', dm_user_id: bob.id });
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
    expect(await device.next('unsubscribed')).toMatchObject({ channel_id: channelId, code: 'forbidden' });
    const other = await bob.dm(members.alice);
    await device.request({ type: 'dm_message', conversation_id, content: 'still here' });
    expect(await other.next('dm_message')).toMatchObject({ content: 'still here' });
  });
});
