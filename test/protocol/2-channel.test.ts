import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertMessages } from '../support/message-rows.js';
import { channelScene, expectOk, register, typesOf } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

async function logOf(last: number) {
  const scene = await channelScene(app, { members: ['alice', 'bob'] });
  const { channelId, owner } = scene;
  if (last > 0) await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: 1, last });
  const { epoch } = expectOk(await owner.api.get(`/channels/${channelId}/changes`)) as { epoch: string };
  return { ...scene, epoch };
}

/** The events up to and including the first of this type. */
async function eventsUntil(actor: Actor, channelId: string, query: Record<string, string>, last: string) {
  const client = await actor.channel(channelId, query);
  await client.until(last);
  const at = client.queue.findIndex(({ type }) => type === last);
  return { client, events: client.queue.splice(0, at + 1) };
}

describe('the first frames (2)', () => {
  it('are online_users, then connected', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId.toUpperCase());
    expect(await alice.next()).toEqual({
      type: 'online_users',
      users: [members.alice.id],
      total: 1,
      channel_id: channelId,
    });
    expect(await alice.next()).toEqual({
      type: 'connected',
      connection_id: expect.any(String) as string,
      user_id: members.alice.id,
      username: members.alice.username,
      channel_id: channelId,
      last_seq: 0,
      epoch: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      heartbeat_interval_ms: 25000,
      server_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    expect(await alice.untilMarker()).toEqual([]);
  });

  it('with history=N are followed by the latest N messages, oldest first, and whether there are more', async () => {
    const { members, channelId } = await logOf(7);
    for (const [n, seqs, hasMore] of [
      ['3', [5, 6, 7], true],
      ['7', [1, 2, 3, 4, 5, 6, 7], false],
      ['100', [1, 2, 3, 4, 5, 6, 7], false],
    ] as const) {
      const { events } = await eventsUntil(members.alice, channelId, { history: n }, 'history');
      expect(typesOf(events)).toEqual(['online_users', 'connected', 'history']);
      expect(events[2]).toMatchObject({ channel_id: channelId, has_more: hasMore });
      expect((events[2]?.['messages'] as { seq: number }[]).map(({ seq }) => seq)).toEqual(seqs);
    }
    const none = await members.alice.channel(channelId, { history: '0' });
    expect(typesOf(await none.untilMarker())).toEqual(['online_users', 'connected']);
  });

  it('with since=K are followed by what was missed, in order, then resumed', async () => {
    const { members, channelId, epoch } = await logOf(7);
    const { events } = await eventsUntil(members.alice, channelId, { since: '4', epoch }, 'resumed');
    expect(typesOf(events)).toEqual(['online_users', 'connected', 'message', 'message', 'message', 'resumed']);
    expect(events.slice(2, 5).map((event) => event['seq'])).toEqual([5, 6, 7]);
    expect(events[5]).toEqual({ type: 'resumed', channel_id: channelId, from_seq: 4, last_seq: 7, complete: true });
  });

  it('with both are the history, then what was missed', async () => {
    const { members, channelId, epoch } = await logOf(4);
    const { events } = await eventsUntil(members.alice, channelId, { since: '3', epoch, history: '2' }, 'resumed');
    expect(typesOf(events)).toEqual(['online_users', 'connected', 'history', 'message', 'resumed']);
  });

  it('resume at the head replays nothing and is complete, and goes on live', async () => {
    const { owner, members, channelId, epoch } = await logOf(3);
    const { client, events } = await eventsUntil(members.alice, channelId, { since: '3', epoch }, 'resumed');
    expect(typesOf(events)).toEqual(['online_users', 'connected', 'resumed']);
    expect(events[2]).toMatchObject({ complete: true });
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'live' }));
    expect(await client.next('message')).toMatchObject({ seq: 4 });
  });

  it.each([
    ['more than 1000 changes were missed', 1001, { since: '0' }],
    ['K is ahead of the log', 3, { since: '4' }],
    ['the epoch is another one', 3, { since: '2', epoch: 'of another history' }],
  ])('resumed is complete:false, and nothing is replayed, when %s', async (_, last, query) => {
    const { members, channelId, epoch } = await logOf(last);
    const { client, events } = await eventsUntil(members.alice, channelId, { epoch, ...query }, 'resumed');
    expect(typesOf(events)).toEqual(['online_users', 'connected', 'resumed']);
    expect(events[2]).toMatchObject({ from_seq: Number(query.since), last_seq: last, complete: false });
    expect(typesOf(await client.untilMarker())).toEqual([]);
  });

  it('a replay larger than the limit of a slow client reaches one that reads', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const rows = { conversationId: channelId, senderId: owner.id, first: 1, last: 1000, content: '😀'.repeat(3990) };
    await insertMessages(app, rows);
    const alice = await members.alice.dial(`/ws/channel/${channelId}`, { since: '0', history: '100' });
    expect(await alice.next('resumed', 15_000)).toMatchObject({ complete: true, last_seq: 1000 });
    expect(alice.seen.filter(({ type }) => type === 'message').map((event) => event['seq'])).toEqual(upTo(1000));
    expect((await alice.next('history'))['messages']).toHaveLength(100);
  });

  it('resume replays 1000 changes', async () => {
    const { members, channelId, epoch } = await logOf(1000);
    const { events } = await eventsUntil(members.alice, channelId, { since: '0', epoch }, 'resumed');
    expect(events.at(-1)).toMatchObject({ complete: true });
    expect(events.slice(2, -1).map((event) => event['seq'])).toEqual(upTo(1000));
  });

  it.each([
    'since=-1',
    'since=x',
    'since=',
    'since=1.5',
    'since=99999999999999999999',
    'since=9007199254740993',
    'history=101',
    'history=-1',
    'history=x',
    'presence=all',
    'presence=',
    `epoch=${'x'.repeat(129)}`,
    'since=0&epoch=%00',
  ])('are none, but close 4400, with %s', async (query) => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const client = await members.alice.dial(`/ws/channel/${channelId}`, Object.fromEntries(new URLSearchParams(query)));
    expect(await client.closed).toMatchObject({ code: 4400 });
    expect(client.seen).toEqual([]);
  });

  it('are none, but close 4400, for a channel id that is no UUID', async () => {
    const client = await (await register(app)).dial('/ws/channel/general');
    expect(await client.closed).toMatchObject({ code: 4400 });
  });
});

describe('only members of the group (2)', () => {
  it('a stranger, and whoever names no channel, is closed with 4403 alike', async () => {
    const { channelId } = await channelScene(app, { members: [] });
    const stranger = await register(app);
    for (const id of [channelId, randomUUID()]) {
      const client = await stranger.dial(`/ws/channel/${id}`, { history: '10', since: '0' });
      expect(await client.closed).toEqual({ code: 4403, reason: 'not allowed' });
      expect(client.seen).toEqual([]);
    }
  });

  it('a removed member is closed with 4403 before the removal is answered, on all its connections', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [one, two] = [await members.alice.channel(channelId), await members.alice.channel(channelId)];
    const bob = await members.bob.channel(channelId);
    const order: string[] = [];
    const closed = Promise.all([one.closed, two.closed]).then((codes) => {
      order.push('closed');
      return codes.map(({ code }) => code);
    });
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'without alice' }));
    expect(await closed).toEqual([4403, 4403]);
    expect([...one.seen, ...two.seen].filter(({ type }) => type === 'message')).toEqual([]);
    expect(await bob.next('message')).toMatchObject({ content: 'without alice' });
    expect(await bob.next('user_left')).toMatchObject({ user_id: members.alice.id });
    expect(await (await members.alice.dial(`/ws/channel/${channelId}`)).closed).toMatchObject({ code: 4403 });
  });

  it.each(['channel', 'group'])('a deleted %s closes its sockets with 4403', async (what) => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const sockets = [await members.alice.channel(channelId), await owner.channel(channelId)];
    expectOk(await owner.api.delete(what === 'channel' ? `/channels/${channelId}` : `/groups/${groupId}`));
    for (const socket of sockets) expect((await socket.closed).code).toBe(4403);
    expect(await (await owner.dial(`/ws/channel/${channelId}`)).closed).toMatchObject({ code: 4403 });
  });
});

describe('message (2)', () => {
  it('reaches everyone, the sender too, with every field; the ack comes after it', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    const stranger = await register(app, 'stranger');
    const content = `hi @${members.bob.username} and @${owner.username.toUpperCase()}, not @${stranger.username}`;
    alice.send({ type: 'message', content: ` \n${content}\t `, nonce: 'n1', ref: 'r1' });
    const event = await alice.next((e) => e.type === 'message' || e.type === 'ack');
    const { mentions, ...rest } = event;
    expect(rest).toEqual({
      type: 'message',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
      channel_id: channelId,
      seq: 1,
      rev: 1,
      kind: 'message',
      sender_id: members.alice.id,
      sender_username: members.alice.username,
      content,
      nonce: 'n1',
      reply_to_id: null,
      attachments: [],
      reactions: [],
      pinned: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      edited_at: null,
      deleted_at: null,
    });
    expect((mentions as string[]).sort()).toEqual([members.bob.id, owner.id].sort());
    expect(await alice.next('ack')).toEqual({ type: 'ack', ref: 'r1', id: event['id'], seq: 1, rev: 1 });
    expect(await bob.next('message')).toEqual(event);
  });

  it('sent over REST has the same shape, and everyone connected sees it', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId);
    const { status, body } = await owner.api.post(`/channels/${channelId}/messages`, { content: 'by REST' });
    expect(status).toBe(201);
    const event = await alice.next('message');
    expect(event).toEqual({ type: 'message', ...(body as object) });
    const { events } = await eventsUntil(members.alice, channelId, { history: '1' }, 'history');
    expect(events.at(-1)?.['messages']).toEqual([body]);
  });

  it.each([
    ['missing', undefined],
    ['no text', 7],
    ['null', null],
    ['empty', ''],
    ['spaces alone', ' \n\t '],
    ['of 4001 code points', 'x'.repeat(4001)],
    ['of 4001 emoji', '\u{1F600}'.repeat(4001)],
    ['with NUL', 'a\0b'],
    ['with a lone surrogate', 'a\uD800b'],
  ])('content that is %s is validation_failed, and the connection stays', async (_, content) => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId);
    expect(await alice.request({ type: 'message', content })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'content', problems: [expect.any(String)] }],
    });
    expect(await alice.request({ type: 'message', content: 'still here' })).toMatchObject({ type: 'ack', seq: 1 });
  });

  it.each([
    ['4000 letters and spaces around', ` ${'x'.repeat(4000)} `],
    ['4000 emoji', '\u{1F600}'.repeat(4000)],
    ['right-to-left overrides and combining marks (N5)', `\u202Eabc${'\u0301'.repeat(3000)}`],
    ['a family of one grapheme', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
  ])('content of %s comes as it was sent', async (_, content) => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId);
    alice.send({ type: 'message', content });
    expect(await alice.next('message')).toMatchObject({ content: content.trim() });
  });

  it('fields that the server alone decides are ignored (Z5)', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const alice = await members.alice.channel(channelId);
    const forged = {
      id: randomUUID(),
      channel_id: randomUUID(),
      seq: 99,
      rev: 99,
      kind: 'call',
      sender_id: members.bob.id,
      from: members.bob.id,
      user_id: members.bob.id,
      sender_username: 'bob',
      created_at: '2001-01-01T00:00:00.000Z',
      pinned: true,
      mentions: [members.bob.id],
    };
    alice.send({ type: 'message', content: 'hi', ...forged });
    const event = await alice.next('message');
    expect(event).toMatchObject({
      channel_id: channelId,
      seq: 1,
      rev: 1,
      kind: 'message',
      sender_id: members.alice.id,
      sender_username: members.alice.username,
      pinned: false,
      mentions: [],
    });
    expect(event['id']).not.toBe(forged.id);
    expect(event['created_at']).not.toBe(forged.created_at);
    expect(await app.sql('SELECT sender_id FROM messages WHERE conversation_id = $1', [channelId])).toEqual([
      { sender_id: members.alice.id },
    ]);
  });

  it('sent before the admission is decided is held, and handled after it', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.dial(`/ws/channel/${channelId}`);
    for (const n of upTo(5)) alice.send({ type: 'message', content: `early ${n}`, ref: `r${n}` });
    await alice.next((event) => event['ref'] === 'r5');
    expect(typesOf(alice.seen).slice(0, 2)).toEqual(['online_users', 'connected']);
    const stranger = await (await register(app)).dial(`/ws/channel/${channelId}`);
    stranger.send({ type: 'message', content: 'never' });
    expect(await stranger.closed).toMatchObject({ code: 4403 });
    const rows = await app.sql<{ content: string }>(
      'SELECT content FROM messages WHERE conversation_id = $1 ORDER BY seq',
      [channelId],
    );
    expect(rows.map(({ content }) => content)).toEqual(upTo(5).map((n) => `early ${n}`));
  });

  it('stays in its channel', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const { id: second } = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'second' })) as {
      id: string;
    };
    const alice = await members.alice.channel(second);
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'elsewhere' }));
    expectOk(await owner.api.post(`/channels/${second}/messages`, { content: 'here' }));
    expect(await alice.next('message')).toMatchObject({ content: 'here', seq: 1 });
  });
});

describe('sender fields (1)', () => {
  it('name the user as it is called now, on messages and on volatile events alike', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    const username = `renamed_${members.alice.id.slice(-12)}`;
    expectOk(await members.alice.api.patch('/users/me', { username }));
    alice.send({ type: 'typing', is_typing: true });
    alice.send({ type: 'message', content: 'hi' });
    expect(await bob.next('typing')).toMatchObject({ username });
    expect(await bob.next('message')).toMatchObject({ sender_username: username });
  });
});

describe('typing (2)', () => {
  it('reaches everyone, the sender too, and is not stored', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    for (const is_typing of [true, false]) {
      alice.send({ type: 'typing', is_typing, user_id: members.bob.id });
      const event = {
        type: 'typing',
        user_id: members.alice.id,
        username: members.alice.username,
        is_typing,
        channel_id: channelId,
      };
      expect(await alice.next('typing')).toEqual(event);
      expect(await bob.next('typing')).toEqual(event);
    }
    const later = await members.bob.channel(channelId, { since: '0', history: '10' });
    await later.until('resumed');
    expect(later.seen.filter(({ type }) => type === 'typing' || type === 'message')).toEqual([]);
    expect(await alice.request({ type: 'typing', is_typing: 'yes' })).toMatchObject({ code: 'validation_failed' });
  });

  it('ends when its connection goes', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    alice.send({ type: 'typing', is_typing: true });
    expect(await bob.next('typing')).toMatchObject({ is_typing: true });
    alice.terminate();
    expect(await bob.next('typing')).toMatchObject({ user_id: members.alice.id, is_typing: false });
  });
});
