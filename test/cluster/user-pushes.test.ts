import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;

let cluster: NodeCluster;
beforeAll(async () => {
  cluster = await NodeCluster.start();
}, MINUTE_MS);
afterAll(() => cluster.stop());

describe('pushes on three nodes (4)', () => {
  it('reach the devices of who is concerned, whatever node they are on, each once', async () => {
    const { owner, members, groupId, channelId } = await channelScene(cluster.node(0), { members: ['alice'] });
    const { alice } = members;
    const devices = await Promise.all(cluster.nodes.map((node) => alice.on(node).connect('/ws/user')));
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: `@${alice.username}` }));
    expectOk(await owner.api.patch(`/groups/${groupId}`, { name: 'Another name' }));
    expectOk(await owner.api.post(`/dms/${alice.id}/messages`, { content: 'hi' }));
    for (const device of devices) {
      expect(await device.next('notification')).toMatchObject({ kind: 'mention', channel_id: channelId });
      expect(await device.next('activity')).toMatchObject({ conversation_id: channelId, last_seq: 1 });
      await device.next('group_updated');
      expect(await device.next('notification')).toMatchObject({ kind: 'dm', from_user_id: owner.id });
    }
  });

  it('ring on all nodes', async () => {
    const [alice, bob] = [await register(cluster.node(0), 'alice'), await register(cluster.node(0), 'bob')];
    const devices = await Promise.all(cluster.nodes.map((node) => bob.on(node).connect('/ws/user')));
    const a = await alice.dm(bob);
    const { call_id } = await a.request({ type: 'call_invite', media: null });
    for (const device of devices)
      expect(await device.next('notification')).toMatchObject({ kind: 'incoming_call', call_id });
  });

  it('know a group that the user joins on another node, and forget one that it leaves there', async () => {
    const { owner, groupId, channelId } = await channelScene(cluster.node(0), { members: [] });
    const alice = await register(cluster.node(1), 'alice');
    const device = await alice.on(cluster.node(2)).connect('/ws/user');
    await join(owner, alice.on(cluster.node(0)), groupId);
    expect(await device.next('notification')).toMatchObject({ kind: 'group_added', group_id: groupId });
    await device.next('member_joined');
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'hi' }));
    expect(await device.next('activity')).toMatchObject({ conversation_id: channelId });
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${alice.id}`));
    expect(await device.next('notification')).toMatchObject({ kind: 'group_removed', group_id: groupId });
  });
});
