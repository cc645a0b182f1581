import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

const THUMB = encodeURIComponent('👍');

describe('a removed member (Z4)', () => {
  it('gets nothing and changes nothing: history, feed, resume, reactions, replies, pins, edits of own old messages', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const { alice } = members;
    const mine = (await alice.api.post(`/channels/${channelId}/messages`, { content: 'mine' })).body as { id: string };
    await owner.api.put(`/messages/${mine.id}/reactions/${THUMB}`);
    await owner.api.delete(`/groups/${groupId}/members/${alice.id}`);
    const before = (await owner.api.get(`/channels/${channelId}/changes`)).body as unknown;
    for (const [method, path, body] of [
      ['GET', `/messages/${mine.id}`],
      ['GET', `/messages/${mine.id}/history`],
      ['GET', `/messages/${mine.id}/replies`],
      ['GET', `/messages/${mine.id}/reactions/${THUMB}`],
      ['PATCH', `/messages/${mine.id}`, { content: 'changed' }],
      ['DELETE', `/messages/${mine.id}`],
      ['PUT', `/messages/${mine.id}/reactions/${THUMB}`],
      ['DELETE', `/messages/${mine.id}/reactions/${THUMB}`],
      ['PUT', `/channels/${channelId}/pins/${mine.id}`],
      ['DELETE', `/channels/${channelId}/pins/${mine.id}`],
      ['GET', `/channels/${channelId}/pins`],
      ['GET', `/channels/${channelId}/messages`],
      ['GET', `/channels/${channelId}/changes?since=0`],
      ['POST', `/channels/${channelId}/messages`, { content: 'x', reply_to_id: mine.id }],
    ] as const) {
      const answer = await alice.api.send(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
    const socket = await alice.dial(`/ws/channel/${channelId}`, { since: '0', history: '10' });
    expect((await socket.closed).code).toBe(4403);
    expect((await owner.api.get(`/channels/${channelId}/changes`)).body).toEqual(before);
  });
});

describe('fields that are not the client’s to say (Z5)', () => {
  it('are ignored in every change: who did it, its numbers and its times are the server’s', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const { alice } = members;
    const forged = {
      ...{ id: randomUUID(), sender_id: owner.id, user_id: owner.id, username: 'root', from: owner.id, user: owner.id },
      ...{ seq: 900, rev: 900, created_at: '2000-01-01T00:00:00.000Z', edited_at: null, deleted_by: owner.id },
      ...{
        channel_id: randomUUID(),
        channel: randomUUID(),
        pinned: true,
        mentions: [owner.id],
        reactions: [{ emoji: '👍', count: 9 }],
      },
    };
    const socket = await alice.channel(channelId);
    const sent = await socket.request({ ...forged, type: 'message', content: 'first' });
    expect(sent).toMatchObject({ type: 'ack', seq: 1, rev: 1 });
    const id = sent['id'] as string;
    const command = { ...forged, message_id: id };
    await socket.request({ ...command, type: 'message_edit', content: 'second' });
    await socket.request({ ...command, type: 'reaction_add', emoji: '👍' });
    expect(await socket.next('reaction_added')).toMatchObject({
      user_id: alice.id,
      username: alice.username,
      count: 1,
      rev: 3,
    });
    await alice.api.patch(`/messages/${id}`, { ...forged, content: 'third' });
    const [row] = await app.sql<Record<string, unknown>>(
      `SELECT sender_id, seq, rev, conversation_id, pinned, mentions::text, created_at > now() - interval '1 minute' AS fresh
         FROM messages WHERE id = $1`,
      [id],
    );
    expect(row).toEqual({
      ...{
        sender_id: alice.id,
        seq: '1',
        rev: '4',
        conversation_id: channelId,
        pinned: false,
        mentions: '{}',
        fresh: true,
      },
    });
    await socket.request({ ...command, type: 'message_delete' });
    expect(await socket.next('message_deleted')).toMatchObject({ deleted_by: alice.id, rev: 5 });
  });
});

describe('mention storms', () => {
  it('of a message are counted once for each member, and at most a hundred names are looked up', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const post = (content: string) => alice.api.post(`/channels/${channelId}/messages`, { content });
    expect((await post(`@${bob.username} `.repeat(200))).body).toMatchObject({ mentions: [bob.id] });
    const nobody = Array.from({ length: 100 }, (_, n) => `@nobody${n}`).join(' ');
    expect((await post(`${nobody} @${bob.username}`)).body).toMatchObject({ mentions: [] });
    expect((await post('@'.repeat(4000))).status).toBe(201);
    expect((await post(`@${'a.'.repeat(1999)}`)).status).toBe(201);
    const counts = await app.sql('SELECT user_id, mention_count FROM read_states WHERE conversation_id = $1', [
      channelId,
    ]);
    expect(counts).toEqual([{ user_id: bob.id, mention_count: 1 }]);
  });

  it('of a hundred messages at once are all counted, and none fails', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const storm = Array.from({ length: 50 }, (_, n) => [
      alice.api.post(`/channels/${channelId}/messages`, { content: `${n} @${bob.username}` }),
      bob.api.post(`/channels/${channelId}/messages`, { content: `${n} @${alice.username}` }),
    ]);
    for (const { status } of await Promise.all(storm.flat())) expect(status).toBe(201);
    const counts = await app.sql<{ mention_count: number }>(
      'SELECT mention_count FROM read_states WHERE conversation_id = $1',
      [channelId],
    );
    expect(counts.map(({ mention_count }) => mention_count)).toEqual([50, 50]);
  });
});

describe('5 MB of reactions', () => {
  it('are refused one by one with a named error, and leave the message as it was', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const socket = await members.alice.channel(channelId);
    const { id: message_id } = await socket.request({ type: 'message', content: 'x' });
    const emoji = '👍'.repeat(6250);
    for (let n = 0; n < 200; n++) socket.send({ type: 'reaction_add', message_id, emoji, ref: String(n) });
    await socket.request({ type: 'ping' });
    const refused = socket.seen.filter(({ type }) => type === 'error');
    expect(refused).toHaveLength(200);
    for (const error of refused)
      expect(error).toMatchObject({ code: 'validation_failed', details: [{ field: 'emoji' }] });
    const long = await members.alice.api.put(
      `/messages/${String(message_id)}/reactions/${encodeURIComponent('👍'.repeat(500))}`,
    );
    expect(long.body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect((await members.alice.api.get(`/messages/${String(message_id)}`)).body).toMatchObject({
      rev: 1,
      reactions: [],
    });
  });

  it('that are put on and taken off hundreds of times leave a state of one message', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const socket = await members.alice.channel(channelId);
    const { id: message_id } = await socket.request({ type: 'message', content: 'x' });
    for (let n = 0; n < 150; n++) {
      socket.send({ type: 'reaction_add', message_id, emoji: '👍' });
      socket.send({ type: 'reaction_remove', message_id, emoji: '👍' });
    }
    await socket.request({ type: 'ping' }, 20_000);
    const feed = (await members.bob.api.get(`/channels/${channelId}/changes?since=0`)).body as { items: unknown[] };
    expect(feed.items).toMatchObject([{ id: message_id, rev: 301, reactions: [] }]);
  });

  it('come from strangers to a message that they may not know: not_found, whether it is there or not', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const { id } = (await members.alice.api.post(`/channels/${channelId}/messages`, { content: 'x' })).body as {
      id: string;
    };
    const stranger = await register(app);
    const answers = await Promise.all(
      [id, randomUUID()].map((each) => stranger.api.put(`/messages/${each}/reactions/${THUMB}`)),
    );
    const [there, nowhere] = answers.map(({ body }) => ({ ...(body as object), request_id: '', instance: '' }));
    expect(there).toEqual(nowhere);
  });
});
