import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('channel gateway (2)', () => {
  it('greets with online_users first, then connected', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId);
    expect(await alice.next()).toEqual({
      type: 'online_users',
      users: [members.alice.id],
      total: 1,
      channel_id: channelId,
    });
    expect(await alice.next()).toEqual({
      type: 'connected',
      connection_id: expect.any(String),
      user_id: members.alice.id,
      username: members.alice.username,
      channel_id: channelId,
      last_seq: 0,
      epoch: expect.any(String),
      heartbeat_interval_ms: 25000,
      server_time: expect.any(String),
    });
  });

  it('a message reaches everyone, the sender too, and the ack comes after the event itself', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.channel(channelId);
    alice.send({ type: 'message', content: '  hi @nobody  ', nonce: 'n1', ref: 'r1' });
    const event = await alice.next((e) => e.type === 'message' || e.type === 'ack');
    expect(event).toMatchObject({
      type: 'message',
      content: 'hi @nobody',
      nonce: 'n1',
      seq: 1,
      rev: 1,
      sender_id: members.alice.id,
      channel_id: channelId,
    });
    expect(event).not.toHaveProperty('ref');
    expect(await alice.next('ack')).toEqual({ type: 'ack', ref: 'r1', id: event['id'], seq: 1, rev: 1 });
    expect(await bob.next('message')).toEqual(event);
  });

  it('a stranger is closed with 4403', async () => {
    const { channelId } = await channelScene(app, { members: [] });
    const mallory = await register(app, 'mallory');
    const socket = await mallory.dial(`/ws/channel/${channelId}`);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(socket.seen).toEqual([]);
  });

  it('user_joined and user_left are told once per user', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.channel(channelId);
    expect(await alice.next('user_joined')).toEqual({
      type: 'user_joined',
      user_id: members.bob.id,
      username: members.bob.username,
      channel_id: channelId,
    });
    await bob.close();
    expect(await alice.next('user_left')).toMatchObject({ user_id: members.bob.id });
  });
});
