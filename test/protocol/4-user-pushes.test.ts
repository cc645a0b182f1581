import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letRingExpire } from '../support/call-scene.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const say = async (actor: Actor, channelId: string, content: string) =>
  expectOk(await actor.api.post(`/channels/${channelId}/messages`, { content })) as { id: string; seq: number };

const notification = (client: SocketClient, kind: string) =>
  client.next((event) => event.type === 'notification' && event['kind'] === kind);

/** What came before a marker of our own, without what this type is not about. */
const ofType = async (client: SocketClient, type: string) =>
  (await client.untilMarker()).filter((event) => event.type === type);

describe('notifications (4)', () => {
  it('dm: on all devices of the other side, none of the sender’s', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const [a, b1, b2] = [await alice.connect('/ws/user'), await bob.connect('/ws/user'), await bob.connect('/ws/user')];
    const content = 'é'.repeat(200);
    const sent = expectOk(await alice.api.post(`/dms/${bob.id}/messages`, { content })) as Record<string, unknown>;
    for (const device of [b1, b2])
      expect(await notification(device, 'dm')).toEqual({
        type: 'notification',
        kind: 'dm',
        conversation_id: sent['conversation_id'],
        message_id: sent['id'],
        seq: 1,
        from_user_id: alice.id,
        from_username: alice.username,
        preview: 'é'.repeat(140),
      });
    await bob.api.post(`/dms/${alice.id}/messages`, { content: 'the marker' });
    expect(await a.next('notification')).toMatchObject({ from_user_id: bob.id });
  });

  it('mention: for who is mentioned alone, and not for oneself', async () => {
    const { owner, members, channelId, groupId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const [o, a, b] = await Promise.all([owner, alice, bob].map((actor) => actor.connect('/ws/user')));
    const { id } = await say(owner, channelId, `@${alice.username} and @${owner.username}, look`);
    expect(await notification(a!, 'mention')).toMatchObject({
      channel_id: channelId,
      group_id: groupId,
      message_id: id,
      from_user_id: owner.id,
    });
    await say(alice, channelId, `@${bob.username} @${owner.username}`);
    for (const device of [o, b]) expect(await device!.next('notification')).toMatchObject({ from_user_id: alice.id });
  });

  it('incoming_call and call_missed: on the callee’s devices, subscribed or not', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const [a, b, device] = [await alice.dm(bob), await bob.connect('/ws/user'), await alice.connect('/ws/user')];
    const { call_id } = await a.request({ type: 'call_invite', media: { audio: true } });
    expect(await notification(b, 'incoming_call')).toMatchObject({
      call_id,
      from_user_id: alice.id,
      media: { audio: true },
      expires_at: expect.any(String),
    });
    await letRingExpire(app, call_id as string);
    expect(await notification(b, 'call_missed')).toMatchObject({ call_id, from_user_id: alice.id });
    expect(await ofType(device, 'notification')).toEqual([]);
  });

  it('group_added and group_removed: for the user; member_joined, member_updated, member_left: for the members', async () => {
    const { owner, groupId } = await channelScene(app, { members: [] });
    const alice = await register(app, 'alice');
    const [o, a] = [await owner.connect('/ws/user'), await alice.connect('/ws/user')];
    const about = { group_id: groupId, user_id: alice.id };
    await join(owner, alice, groupId);
    expect(await notification(a, 'group_added')).toMatchObject({ group_id: groupId });
    expect(await o.next('member_joined')).toEqual({
      type: 'member_joined',
      ...about,
      username: alice.username,
      role: 'member',
    });
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${alice.id}`, { role: 'moderator' }));
    for (const device of [o, a])
      expect(await device.next('member_updated')).toMatchObject({ ...about, role: 'moderator' });
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${alice.id}`));
    expect(await notification(a, 'group_removed')).toMatchObject({ group_id: groupId });
    expect(await o.next('member_left')).toEqual({ type: 'member_left', ...about });
  });
});

describe('community pushes (4)', () => {
  it('group_updated, channel_created, channel_updated and channel_deleted reach members, and nobody else', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['alice'] });
    const stranger = await register(app, 'stranger');
    const [a, s] = [await members.alice.connect('/ws/user'), await stranger.connect('/ws/user')];
    expectOk(await owner.api.patch(`/groups/${groupId}`, { name: 'Another name' }));
    expect(await a.next('group_updated')).toEqual({ type: 'group_updated', group_id: groupId });
    const made = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'new' })) as { id: string };
    expect(await a.next('channel_created')).toEqual({ type: 'channel_created', group_id: groupId, channel: made });
    expectOk(await owner.api.patch(`/channels/${made.id}`, { topic: 'What is new' }));
    expect(await a.next('channel_updated')).toMatchObject({ channel: { id: made.id, topic: 'What is new' } });
    expectOk(await owner.api.delete(`/channels/${made.id}`));
    expect(await a.next('channel_deleted')).toEqual({
      type: 'channel_deleted',
      group_id: groupId,
      channel_id: made.id,
    });
    // Into a group of the stranger's own: what follows shows that nothing came before it.
    await join(owner, stranger, groupId);
    expect(await s.next()).toMatchObject({ type: 'connected' });
    expect(await s.next()).toMatchObject({ type: 'notification', kind: 'group_added' });
  });

  it('a removed member is told of nothing that happens later', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const [a, b] = [await alice.connect('/ws/user'), await bob.connect('/ws/user')];
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${alice.id}`));
    await a.next('connected');
    await notification(a, 'group_removed');
    expectOk(await owner.api.patch(`/groups/${groupId}`, { name: 'A secret' }));
    await say(owner, channelId, `@${alice.username} @${bob.username}`);
    for (const type of ['group_updated', 'activity', 'notification']) await b.next(type);
    expect(await a.untilMarker()).toEqual([]);
  });

  it('activity: for channels that are not subscribed to, with where the log stands', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const other = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'other' })) as { id: string };
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    await say(owner, channelId, 'subscribed');
    await say(owner, other.id, 'one');
    expect(await device.next('activity')).toEqual({ type: 'activity', conversation_id: other.id, last_seq: 1 });
    for (let n = 2; n <= 6; n++) await say(owner, other.id, String(n));
    const last = await device.next((event) => event.type === 'activity' && event['last_seq'] === 6);
    expect(last).toMatchObject({ conversation_id: other.id });
    const told = device.seen.filter(({ type }) => type === 'activity');
    // Six were said in well under a second; the first was told at once, the others together.
    expect(told.length).toBeLessThan(6);
    expect(told.map(({ conversation_id }) => conversation_id)).not.toContain(channelId);
  });
});
