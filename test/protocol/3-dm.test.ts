import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../support/scene.js';
import { expectOk, register, typesOf } from '../support/scene.js';
import type { ReceivedEvent } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const pair = async () => [await register(app, 'alice'), await register(app, 'bob')] as const;

const send = async (from: Actor, to: Actor, ...contents: string[]) => {
  for (const content of contents) expectOk(await from.api.post(`/dms/${to.id}/messages`, { content }));
};

const contentsOf = (messages: unknown) => (messages as { content: string }[]).map(({ content }) => content);

describe('connecting to a DM (3)', () => {
  it('gives connected first when the other side is away', async () => {
    const [alice, bob] = await pair();
    const socket = await alice.dm(bob);
    expect(await socket.next()).toEqual({
      type: 'connected',
      connection_id: expect.stringMatching(UUID),
      user_id: alice.id,
      username: alice.username,
      conversation_id: expect.stringMatching(UUID),
      other_user_id: bob.id,
      other_username: bob.username,
      other_user_online: false,
      last_seq: 0,
      epoch: expect.any(String),
      heartbeat_interval_ms: 25_000,
      server_time: expect.stringMatching(TIME),
    });
    expect(await socket.untilMarker()).toEqual([]);
  });

  it('gives dm_user_online first when the other side is there, then connected', async () => {
    const [alice, bob] = await pair();
    const { conversation_id } = await (await bob.dm(alice)).next('connected');
    const socket = await alice.dm(bob, { history: '5', since: '0' });
    expect(await socket.next()).toEqual({
      type: 'dm_user_online',
      user_id: bob.id,
      username: bob.username,
      conversation_id,
    });
    expect(await socket.next()).toMatchObject({ type: 'connected', conversation_id, other_user_online: true });
    expect(typesOf(await socket.untilMarker())).toEqual(['history', 'resumed']);
  });

  it('gives both sides the same conversation, and the same one the next time', async () => {
    const [alice, bob] = await pair();
    const ids = new Set<unknown>();
    for (const [me, other] of [[alice, bob] as const, [bob, alice] as const, [alice, bob] as const])
      ids.add((await (await me.dm(other)).next('connected'))['conversation_id']);
    expect(ids.size).toBe(1);
  });

  it('with history=N gives the latest N messages, oldest first, and says whether there are more', async () => {
    const [alice, bob] = await pair();
    await send(alice, bob, 'one', 'two', 'three');
    const some = await (await bob.dm(alice, { history: '2' })).next('history');
    expect(some).toMatchObject({ has_more: true, conversation_id: expect.stringMatching(UUID) });
    expect(contentsOf(some['messages'])).toEqual(['two', 'three']);
    expect(some['messages']).toMatchObject([{ recipient_id: bob.id, sender_id: alice.id }, {}]);
    const all = await (await bob.dm(alice, { history: '100' })).next('history');
    expect(all).toMatchObject({ has_more: false });
    expect(contentsOf(all['messages'])).toEqual(['one', 'two', 'three']);
  });

  it('with since=K replays what was missed, in order, then says resumed', async () => {
    const [alice, bob] = await pair();
    await send(alice, bob, 'one', 'two', 'three');
    const socket = await bob.dm(alice, { since: '1' });
    const connected = await socket.next('connected');
    expect(connected).toMatchObject({ last_seq: 3 });
    expect(await socket.next()).toMatchObject({ type: 'dm_message', content: 'two', seq: 2, recipient_id: bob.id });
    expect(await socket.next()).toMatchObject({ type: 'dm_message', content: 'three', seq: 3 });
    expect(await socket.next()).toEqual({
      type: 'resumed',
      conversation_id: connected['conversation_id'],
      from_seq: 1,
      last_seq: 3,
      complete: true,
    });
  });

  it.each([
    ['another epoch', { since: '1', epoch: 'another' }],
    ['a number ahead of the log', { since: '9' }],
  ])('replays nothing, and says so, with %s', async (_name, query) => {
    const [alice, bob] = await pair();
    await send(alice, bob, 'one', 'two');
    const socket = await bob.dm(alice, query);
    await socket.next('connected');
    expect(await socket.untilMarker()).toMatchObject([{ type: 'resumed', last_seq: 2, complete: false }]);
  });

  it('resumes with the epoch that connected gave', async () => {
    const [alice, bob] = await pair();
    await send(alice, bob, 'one');
    const { epoch } = await (await bob.dm(alice)).next('connected');
    const socket = await bob.dm(alice, { since: '0', epoch: epoch as string });
    expect(await socket.next('resumed')).toMatchObject({ complete: true });
  });

  it.each([
    ['no UUID', 'bob'],
    ['an encoded path', '%2e%2e%2f'],
    ['a UUID with more', '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60x'],
  ])('with %s as the other closes with 4400', async (_name, other) => {
    const [alice] = await pair();
    expect(await (await alice.dial(`/ws/dm/${other}`)).closed).toMatchObject({ code: 4400 });
  });

  it.each([{ since: '-1' }, { since: 'x' }, { history: '101' }, { history: '1.5' }, { presence: 'some' }])(
    'with the query %j closes with 4400',
    async (query) => {
      const [alice, bob] = await pair();
      expect(await (await alice.dial(`/ws/dm/${bob.id}`, query)).closed).toMatchObject({ code: 4400 });
    },
  );

  it('with oneself closes with 4400, in whatever case the id is written', async () => {
    const [alice] = await pair();
    for (const id of [alice.id, alice.id.toUpperCase()])
      expect(await (await alice.dial(`/ws/dm/${id}`)).closed).toMatchObject({ code: 4400 });
  });

  it('with an unknown user closes with 4404', async () => {
    const [alice] = await pair();
    const socket = await alice.dial('/ws/dm/0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60');
    expect(await socket.closed).toMatchObject({ code: 4404 });
    expect(socket.seen).toEqual([]);
  });

  it('for the first time, from both sides at the same moment, makes one conversation', async () => {
    for (let round = 0; round < 20; round++) {
      const [alice, bob] = await pair();
      const sockets = await Promise.all([alice.dm(bob), bob.dm(alice), alice.dm(bob), bob.dm(alice)]);
      const greetings = await Promise.all(sockets.map((socket) => socket.next('connected')));
      expect(new Set(greetings.map(({ conversation_id }) => conversation_id)).size).toBe(1);
      await Promise.all(sockets.map((socket) => socket.close()));
    }
    const orphans = `SELECT id FROM conversations c WHERE kind = 'dm' AND NOT EXISTS (SELECT FROM dms WHERE conversation_id = c.id)`;
    expect(await app.sql(orphans)).toEqual([]);
  });
});

describe('every event of a DM (3)', () => {
  it('carries the conversation_id, on connecting, of messages, typing, presence, signals and calls', async () => {
    const [alice, bob] = await pair();
    const first = await alice.dm(bob);
    const { conversation_id } = await first.next('connected');
    await send(bob, alice, 'one');
    const a = await alice.dm(bob, { history: '5', since: '0' });
    const b = await bob.dm(alice);
    b.send({ type: 'dm_typing', is_typing: true });
    b.send({ type: 'webrtc_offer', data: 1 });
    for (const last of ['call_decline', 'call_end']) {
      const { call_id } = await b.request({ type: 'call_invite', media: null });
      if (last === 'call_end') await a.request({ type: 'call_accept', call_id });
      await a.request({ type: last, call_id });
    }
    b.send({ type: 'dm_message', content: 'two' });
    await a.next(({ content }) => content === 'two');
    await b.close();
    await a.next('dm_user_offline');
    const answers = new Set(['ack', 'error', 'pong']);
    const events = [...first.seen, ...a.seen, ...b.seen].filter(({ type }) => !answers.has(type));
    expect(new Set(typesOf(events)).size).toBeGreaterThanOrEqual(12);
    for (const event of events) expect(event).toMatchObject({ conversation_id });
  });
});

describe('dm_message (3)', () => {
  it('reaches both sides, on all their devices, with a channel message’s fields and recipient_id', async () => {
    const [alice, bob] = await pair();
    const [a, a2] = [await alice.dm(bob), await alice.dm(bob)];
    const [b, b2] = [await bob.dm(alice), await bob.dm(alice)];
    const { conversation_id } = await a.next('connected');
    a.send({ type: 'dm_message', content: `  hello, @${bob.username}\n`, nonce: 'n1', ref: 'r' });
    const event = await a.next('dm_message');
    expect(event).toEqual({
      type: 'dm_message',
      id: expect.stringMatching(UUID),
      conversation_id,
      recipient_id: bob.id,
      seq: 1,
      rev: 1,
      kind: 'message',
      sender_id: alice.id,
      sender_username: alice.username,
      content: `hello, @${bob.username}`,
      nonce: 'n1',
      reply_to_id: null,
      mentions: [bob.id],
      attachments: [],
      reactions: [],
      pinned: false,
      created_at: expect.stringMatching(TIME),
      edited_at: null,
      deleted_at: null,
    });
    for (const socket of [a2, b, b2]) expect(await socket.next('dm_message')).toEqual(event);
    expect(await a.next('ack')).toEqual({ type: 'ack', ref: 'r', id: event['id'], seq: 1, rev: 1 });
    expect(a.seen.map(({ type }) => type).indexOf('ack')).toBeGreaterThan(a.seen.indexOf(event));
  });

  it('names the other side as the recipient, whoever writes', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const b = await bob.dm(alice);
    b.send({ type: 'dm_message', content: 'from bob' });
    expect(await a.next('dm_message')).toMatchObject({ sender_id: bob.id, recipient_id: alice.id });
  });

  it('of both sides is numbered by one log, without holes, in the same order for both', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const b = await bob.dm(alice);
    for (let i = 0; i < 10; i++) {
      a.send({ type: 'dm_message', content: `alice ${i}` });
      b.send({ type: 'dm_message', content: `bob ${i}` });
    }
    const [atAlice, atBob]: [ReceivedEvent[], ReceivedEvent[]] = [[], []];
    for (let i = 0; i < 20; i++) {
      atAlice.push(await a.next('dm_message'));
      atBob.push(await b.next('dm_message'));
    }
    expect(atAlice.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(atBob).toEqual(atAlice);
  });

  it('that repeats a nonce gives that connection alone the first one again', async () => {
    const [alice, bob] = await pair();
    const [a, a2, b] = [await alice.dm(bob), await alice.dm(bob), await bob.dm(alice)];
    const first = await a.request({ type: 'dm_message', content: 'once', nonce: 'n' });
    const event = await a.next('dm_message');
    expect(await a.request({ type: 'dm_message', content: 'once', nonce: 'n' })).toEqual({
      ...first,
      ref: expect.any(String),
      duplicate: true,
    });
    expect(await a.next('dm_message')).toEqual(event);
    await a.request({ type: 'dm_message', content: 'marker' });
    for (const socket of [a2, b]) {
      await socket.next(({ content }) => content === 'marker');
      expect(socket.seen.filter(({ content }) => content === 'once')).toHaveLength(1);
    }
  });

  it('with the same nonce and another draft is a conflict, and the other side’s nonces are its own', async () => {
    const [alice, bob] = await pair();
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    await a.request({ type: 'dm_message', content: 'one', nonce: 'n' });
    expect(await a.request({ type: 'dm_message', content: 'two', nonce: 'n' })).toMatchObject({
      type: 'error',
      code: 'conflict',
    });
    expect(await b.request({ type: 'dm_message', content: 'two', nonce: 'n' })).toMatchObject({ type: 'ack', seq: 2 });
  });

  it('takes a nonce of null for none, and trims one as other texts', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    for (const seq of [1, 2])
      expect(await a.request({ type: 'dm_message', content: 'x', nonce: null })).toMatchObject({ type: 'ack', seq });
    const nonce = ' n'.padEnd(1000);
    expect(await a.request({ type: 'dm_message', content: 'x', nonce })).toMatchObject({ type: 'ack', seq: 3 });
    expect(await a.request({ type: 'dm_message', content: 'x', nonce: 'n' })).toMatchObject({ duplicate: true });
  });

  it.each([
    ['no content', {}, 'content'],
    ['an empty content', { content: ' \n\t ' }, 'content'],
    ['4001 characters', { content: '😀'.repeat(4001) }, 'content'],
    ['a number for content', { content: 7 }, 'content'],
    ['NUL', { content: 'a\0b' }, 'content'],
    ['a lone surrogate', { content: 'a\ud800' }, 'content'],
    ['an empty nonce', { content: 'x', nonce: '' }, 'nonce'],
    ['a nonce of 65', { content: 'x', nonce: 'n'.repeat(65) }, 'nonce'],
    ['an object for a nonce', { content: 'x', nonce: {} }, 'nonce'],
  ])('with %s is validation_failed, names the field, and stores nothing', async (_name, fields, field) => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    expect(await a.request({ type: 'dm_message', ...fields })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field, problems: [expect.any(String)] }],
    });
    expect(await a.request({ type: 'dm_message', content: '😀'.repeat(4000) })).toMatchObject({ type: 'ack', seq: 1 });
  });

  it('is found again after the server was started anew on the same database', async () => {
    const first = await startTestApp({ databaseUrl: app.databaseUrl });
    const [alice, bob] = [await register(first, 'alice'), await register(first, 'bob')];
    const before = await alice.dm(bob);
    await before.request({ type: 'dm_message', content: 'still here', nonce: 'n' });
    const event = await before.next('dm_message');
    await before.close();
    await first.close();
    const second = await startTestApp({ databaseUrl: app.databaseUrl });
    try {
      const { type, ...message } = event;
      expect(type).toBe('dm_message');
      const socket = await bob.on(second).dm(alice, { history: '10' });
      expect((await socket.next('history'))['messages']).toEqual([message]);
      const page = expectOk(await alice.on(second).api.get(`/dms/${bob.id}/messages`));
      expect(page).toEqual({ items: [message], next_cursor: null });
    } finally {
      await second.close();
    }
  });
});
