import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, register, typesOf } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const LIMIT = 200;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

async function head(channelId: string, count: number, send: (content: string) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= count; n++) await send(`${channelId.slice(-4)} ${n}`);
}

describe('the user gateway (4)', () => {
  it('says connected first, without a conversation', async () => {
    const alice = await register(app, 'alice');
    const device = await alice.connect('/ws/user');
    expect(device.seen[0]).toEqual({
      type: 'connected',
      connection_id: expect.any(String),
      user_id: alice.id,
      username: alice.username,
      heartbeat_interval_ms: expect.any(Number),
      server_time: expect.any(String),
    });
  });

  it('answers subscribe with where the log stands, and from then on has its events, as on its own gateway', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const own = await owner.channel(channelId, { presence: 'none' });
    await own.request({ type: 'message', content: 'before' });
    const device = await members.alice.connect('/ws/user');
    const subscribed = await device.request({ type: 'subscribe', channel_id: channelId });
    expect(subscribed).toEqual({
      type: 'subscribed',
      channel_id: channelId,
      last_seq: 1,
      epoch: own.seen.find(({ type }) => type === 'connected')?.['epoch'],
      ref: expect.any(String),
    });
    await own.request({ type: 'message', content: 'after' });
    await own.request({ type: 'typing', is_typing: true });
    const types = ['message', 'typing'];
    const theirs = [await device.next('message'), await device.next('typing')];
    expect(theirs).toEqual(own.seen.filter(({ type, content }) => types.includes(type) && content !== 'before'));
  });

  it('sends to what it is subscribed to, naming it, with the ack behind the event', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const own = await owner.channel(channelId, { presence: 'none' });
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    device.send({ type: 'message', channel_id: channelId, content: 'hi', nonce: 'n1', ref: 'r1' });
    const message = await device.next('message');
    expect(await device.next('ack')).toEqual({ type: 'ack', ref: 'r1', id: message['id'], seq: 1, rev: 1 });
    expect(typesOf(device.seen)).toEqual(['connected', 'subscribed', 'message', 'ack']);
    expect(await own.next('message')).toEqual(message);
    expect(await device.request({ type: 'message', channel_id: channelId, content: 'hi', nonce: 'n1' })).toMatchObject({
      type: 'ack',
      duplicate: true,
    });
  });

  it('subscribes to a direct conversation by its other side', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const [a, b] = [await alice.connect('/ws/user'), await bob.dm(alice)];
    const subscribed = await a.request({ type: 'subscribe', dm_user_id: bob.id.toUpperCase() });
    const { conversation_id } = subscribed;
    expect(subscribed).toMatchObject({ type: 'subscribed', dm_user_id: bob.id, last_seq: 0 });
    expect(await b.next('dm_user_online')).toMatchObject({ user_id: alice.id, conversation_id });
    await a.request({ type: 'dm_message', conversation_id, content: 'hi' });
    expect(await b.next('dm_message')).toMatchObject({ content: 'hi', sender_id: alice.id, recipient_id: bob.id });
    await b.request({ type: 'dm_typing', is_typing: true });
    expect(await a.next('dm_typing')).toMatchObject({ user_id: bob.id, conversation_id, is_typing: true });
    await a.request({ type: 'webrtc_offer', conversation_id, data: { sdp: 'v=0' } });
    const offer = await b.next('webrtc_offer');
    expect(offer).toMatchObject({ from_user_id: alice.id, data: { sdp: 'v=0' } });
    await b.request({ type: 'webrtc_answer', target_connection_id: offer['from_connection_id'], data: 1 });
    expect(await a.next('webrtc_answer')).toMatchObject({ conversation_id, from_user_id: bob.id, data: 1 });
  });

  it('calls and is called in a direct conversation that it is subscribed to', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const [a, b] = [await alice.connect('/ws/user'), await bob.connect('/ws/user')];
    const { conversation_id } = await a.request({ type: 'subscribe', dm_user_id: bob.id });
    await b.request({ type: 'subscribe', dm_user_id: alice.id });
    const { call_id } = await a.request({ type: 'call_invite', conversation_id, media: { audio: true } });
    expect(await b.next('incoming_call')).toMatchObject({ call_id, from_user_id: alice.id });
    await b.request({ type: 'call_accept', conversation_id, call_id });
    expect(await a.next('call_accepted')).toMatchObject({ call_id });
    expect(await a.request({ type: 'call_end', conversation_id, call_id })).toMatchObject({ type: 'ack', seq: 1 });
    expect(await b.next('call_ended')).toMatchObject({ call_id });
  });

  it('joins the call of a VOICE channel, and signals there', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'], type: 'VOICE' });
    const [a, o] = [await members.alice.connect('/ws/user'), await owner.channel(channelId)];
    await a.request({ type: 'subscribe', channel_id: channelId });
    const joined = await a.request({ type: 'call_join', channel_id: channelId });
    expect(joined).toMatchObject({ type: 'call_participants', participants: [], order: 1 });
    expect(await o.next('call_joined')).toMatchObject({ user_id: members.alice.id });
    await a.request({ type: 'webrtc_offer', channel_id: channelId, target_user_id: owner.id, data: 1 });
    expect(await o.next('webrtc_offer')).toMatchObject({ from_user_id: members.alice.id });
    await a.request({ type: 'unsubscribe', channel_id: channelId });
    expect(await o.next('call_left')).toMatchObject({ user_id: members.alice.id });
  });

  it('replays with since, gives history, and says resumed, each behind subscribed', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const own = await owner.channel(channelId, { presence: 'none' });
    await head(channelId, 5, (content) => own.request({ type: 'message', content }));
    const device = await members.alice.connect('/ws/user');
    device.send({ type: 'subscribe', channel_id: channelId, since: 2, history: 1, ref: 'r1' });
    const resumed = await device.next('resumed');
    expect(resumed).toMatchObject({ channel_id: channelId, from_seq: 2, last_seq: 5, complete: true });
    expect(device.seen.map(({ type, seq, ref }) => [type, seq, ref])).toEqual([
      ['connected', undefined, undefined],
      ['subscribed', undefined, 'r1'],
      ['history', undefined, undefined],
      ['message', 3, undefined],
      ['message', 4, undefined],
      ['message', 5, undefined],
      ['resumed', undefined, undefined],
    ]);
  });

  it('says complete:false for another epoch, and replays nothing', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId, since: 0, epoch: 'another' });
    expect(await device.next('resumed')).toMatchObject({ complete: false });
  });

  it('tells of arrivals only with presence, the roster before subscribed; its user is online either way', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const [a, o] = [await members.alice.connect('/ws/user'), await owner.connect('/ws/user')];
    await a.request({ type: 'subscribe', channel_id: channelId });
    await o.request({ type: 'subscribe', channel_id: channelId, presence: 'each' });
    expect(typesOf(o.seen)).toEqual(['connected', 'online_users', 'subscribed']);
    expect(o.seen[1]).toMatchObject({ users: [members.alice.id, owner.id], total: 2 });
    await a.request({ type: 'unsubscribe', channel_id: channelId });
    expect(await o.next('user_left')).toMatchObject({ user_id: members.alice.id, channel_id: channelId });
    expect(typesOf(await a.untilMarker())).not.toContain('user_joined');
  });

  it('is silent about a conversation after unsubscribed, and knows the others still', async () => {
    const { owner, members, channelId, groupId } = await channelScene(app, { members: ['alice'] });
    const other = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'other' })) as { id: string };
    const device = await members.alice.connect('/ws/user');
    for (const id of [channelId, other.id]) await device.request({ type: 'subscribe', channel_id: id });
    expect(await device.request({ type: 'unsubscribe', channel_id: channelId })).toMatchObject({
      type: 'unsubscribed',
      channel_id: channelId,
    });
    await owner.api.post(`/channels/${channelId}/messages`, { content: 'unheard' });
    await owner.api.post(`/channels/${other.id}/messages`, { content: 'heard' });
    expect(await device.next('message')).toMatchObject({ channel_id: other.id, content: 'heard' });
    const refused = await device.request({ type: 'message', channel_id: channelId, content: 'x' });
    expect(refused).toMatchObject({ type: 'error', code: 'not_found' });
    expect(await device.request({ type: 'subscribe', channel_id: channelId, since: 0 })).toMatchObject({ last_seq: 1 });
    expect(await device.next('message')).toMatchObject({ content: 'unheard' });
  });

  it('refuses what one may not read, what is no user, oneself, and what is subscribed to already', async () => {
    const { channelId } = await channelScene(app, { members: [] });
    const alice = await register(app, 'alice');
    const bob = await register(app, 'bob');
    const device = await alice.connect('/ws/user');
    const refusal = async (fields: object) => (await device.request({ type: 'subscribe', ...fields }))['code'];
    expect(await refusal({ channel_id: channelId })).toBe('not_found');
    expect(await refusal({ channel_id: bob.id })).toBe('not_found');
    expect(await refusal({ dm_user_id: channelId })).toBe('not_found');
    expect(await refusal({ dm_user_id: alice.id })).toBe('validation_failed');
    expect(await refusal({})).toBe('validation_failed');
    expect(await refusal({ channel_id: channelId, dm_user_id: bob.id })).toBe('validation_failed');
    expect(await refusal({ dm_user_id: bob.id, history: 101 })).toBe('validation_failed');
    expect(await refusal({ dm_user_id: bob.id, presence: 'some' })).toBe('validation_failed');
    expect(await refusal({ dm_user_id: bob.id })).toBeUndefined();
    expect(await refusal({ dm_user_id: bob.id })).toBe('conflict');
    expect(await device.request({ type: 'unsubscribe', channel_id: channelId })).toMatchObject({ code: 'not_found' });
  });

  it('ends the subscriptions of a removed member with unsubscribed, and keeps the socket', async () => {
    const { owner, members, channelId, groupId } = await channelScene(app, { members: ['alice'] });
    const bob = await register(app, 'bob');
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    const { conversation_id } = await device.request({ type: 'subscribe', dm_user_id: bob.id });
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
    expect(await device.next('unsubscribed')).toEqual({
      type: 'unsubscribed',
      channel_id: channelId,
      code: 'forbidden',
    });
    await owner.api.post(`/channels/${channelId}/messages`, { content: 'secret' });
    expect(await device.request({ type: 'subscribe', channel_id: channelId })).toMatchObject({ code: 'not_found' });
    await device.request({ type: 'dm_message', conversation_id, content: 'still here' });
    expect(device.seen.map(({ content }) => content)).not.toContain('secret');
  });

  it('ends the subscriptions to a deleted channel', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    expectOk(await owner.api.delete(`/channels/${channelId}`));
    expect(await device.next('unsubscribed')).toMatchObject({ channel_id: channelId, code: 'forbidden' });
    expect(await device.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it('tells the others that a user has left when the socket closes', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const own = await owner.channel(channelId);
    const device = await members.alice.connect('/ws/user');
    await device.request({ type: 'subscribe', channel_id: channelId });
    expect(await own.next('user_joined')).toMatchObject({ user_id: members.alice.id });
    await device.close();
    expect(await own.next('user_left')).toMatchObject({ user_id: members.alice.id });
  });

  it(`holds ${LIMIT} subscriptions, and refuses one more`, async () => {
    const { owner, groupId } = await channelScene(app, { members: [] });
    const ids = await app.sql<{ id: string }>(
      `WITH made AS (
         INSERT INTO conversations (id, kind, group_id, created_at)
         SELECT gen_random_uuid(), 'channel', $1, now() FROM generate_series(1, ${LIMIT + 1}) RETURNING id)
       INSERT INTO channels (id, group_id, name, type, topic, slow_mode_s, created_at, updated_at)
       SELECT id, $1, 'many', 'TEXT', '', 0, now(), now() FROM made RETURNING id`,
      [groupId],
    );
    const device = await owner.connect('/ws/user');
    const answers: unknown[] = [];
    for (const { id } of ids)
      answers.push((await device.request({ type: 'subscribe', channel_id: id }))['code'] ?? 'subscribed');
    expect(answers).toEqual([...Array.from({ length: LIMIT }, () => 'subscribed'), 'conflict']);
  });
});
