import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callEventsOf, callPair, callsInLog, letRingExpire, MEDIA, ring, talk } from '../support/call-scene.js';
import { Holder } from '../support/log-scene.js';
import { changeMessages } from '../support/message-rows.js';
import { expectOk, register } from '../support/scene.js';
import type { ReceivedEvent } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('each call ends as one entry of the log (3)', () => {
  it('of kind call, from the caller to the callee, that says what became of it: the same live, in history, feed, resume and REST', async () => {
    const pair = await callPair(app);
    const { alice, bob, a, b } = pair;
    const { conversation_id, epoch } = a.seen.find(({ type }) => type === 'connected')!;
    const call_id = await talk(pair);
    await b.request({ type: 'call_end', call_id });
    const { type, ...entry } = await a.next('dm_message');
    expect(type).toBe('dm_message');
    expect(entry).toEqual({
      id: expect.stringMatching(UUID),
      conversation_id,
      recipient_id: bob.id,
      seq: 1,
      rev: 1,
      kind: 'call',
      sender_id: alice.id,
      sender_username: alice.username,
      content: '',
      nonce: null,
      reply_to_id: null,
      mentions: [],
      attachments: [],
      reactions: [],
      pinned: false,
      call: {
        call_id,
        outcome: 'ended',
        media: MEDIA,
        started_at: expect.stringMatching(TIME),
        accepted_at: expect.stringMatching(TIME),
        ended_at: expect.stringMatching(TIME),
        duration_s: 0,
      },
      created_at: expect.stringMatching(TIME),
      edited_at: null,
      deleted_at: null,
    });
    const again = await bob.dm(alice, { history: '10', since: '0', epoch: epoch as string });
    expect((await again.next('history'))['messages']).toEqual([entry]);
    expect(await again.next('dm_message')).toEqual({ type, ...entry });
    expect(await again.next('resumed')).toMatchObject({ last_seq: 1, complete: true });
    expect(expectOk(await alice.api.get(`/dms/${bob.id}/messages`))).toMatchObject({ items: [entry] });
    expect(expectOk(await bob.api.get(`/dms/${alice.id}/changes?since=0`))).toMatchObject({ items: [entry] });
    expect(expectOk(await bob.api.get(`/messages/${entry['id'] as string}`))).toEqual(entry);
    expect(expectOk(await alice.api.get('/dms'))).toMatchObject({ items: [{ conversation_id, last_seq: 1 }] });
  });

  it('takes its number among the messages of the two, without a hole, while both write and call', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const writing = Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 ? a : b).request({ type: 'dm_message', content: `message ${n}` })),
    );
    for (let n = 0; n < 5; n++) {
      const call_id = await ring(n % 2 ? b : a);
      await (n % 2 ? a : b).request({ type: 'call_decline', call_id });
    }
    await writing;
    const page = expectOk(await alice.api.get(`/dms/${bob.id}/messages?limit=100`)) as { items: ReceivedEvent[] };
    expect(page.items.map(({ seq }) => seq)).toEqual(Array.from({ length: 35 }, (_, n) => n + 1));
    expect(page.items.filter(({ kind }) => kind === 'call')).toHaveLength(5);
    for (const socket of [a, b]) {
      await socket.untilMarker();
      const live = socket.seen.filter(({ type }) => type === 'dm_message');
      expect(live.map(({ seq }) => seq)).toEqual(Array.from({ length: 35 }, (_, n) => n + 1));
    }
  });

  it('without an answer: missed, with no duration', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const call_id = await ring(a);
    await letRingExpire(app, call_id);
    await b.next('call_missed');
    expect(await callsInLog(alice, bob)).toMatchObject([
      { sender_id: alice.id, call: { call_id, outcome: 'missed', accepted_at: null, duration_s: 0 } },
    ]);
  });

  it('is a tombstone without its call once it is deleted, in history and feed', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const { conversation_id } = await a.next('connected');
    const call_id = await ring(a);
    await b.request({ type: 'call_decline', call_id });
    await changeMessages(app, conversation_id as string, [{ seq: 1 }]);
    for (const path of [`/dms/${bob.id}/messages`, `/dms/${bob.id}/changes`]) {
      const { items } = expectOk(await alice.api.get(path)) as { items: object[] };
      expect(items).toMatchObject([{ kind: 'call', content: '', deleted_at: expect.stringMatching(TIME) }]);
      expect(items[0]).not.toHaveProperty('call');
    }
  });

  it('and a message without a call has no call field', async () => {
    const { a } = await callPair(app);
    a.send({ type: 'dm_message', content: 'hello', kind: 'call', call: { call_id: 'forged' } });
    const event = await a.next('dm_message');
    expect(event).toMatchObject({ kind: 'message' });
    expect(event).not.toHaveProperty('call');
  });
});

describe('no answer in 45 s (3)', () => {
  it('is call_missed on all devices of both sides, once', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const [a2, b2] = [await alice.dm(bob), await bob.dm(alice)];
    const { conversation_id } = await a.next('connected');
    const call_id = await ring(a);
    await letRingExpire(app, call_id);
    for (const socket of [a, a2, b, b2])
      expect(await socket.next('call_missed')).toEqual({ type: 'call_missed', call_id, conversation_id });
    expect(await b.request({ type: 'call_accept', call_id })).toMatchObject({ code: 'conflict' });
    expect(callEventsOf(b)).toEqual(['incoming_call', 'call_missed']);
    await ring(b);
  });

  it('is told in time also while somebody keeps another conversation, whose own comes when that is free', async () => {
    const [kept, free] = [await callPair(app), await callPair(app)];
    const { conversation_id } = await kept.a.next('connected');
    const keptId = await ring(kept.a);
    const holder = await Holder.of(app, conversation_id as string);
    await letRingExpire(app, keptId);
    await letRingExpire(app, await ring(free.a));
    await free.b.next('call_missed');
    expect(callEventsOf(kept.b)).toEqual(['incoming_call']);
    await holder.commit();
    await kept.b.next('call_missed');
    expect(await callsInLog(kept.alice, kept.bob)).toHaveLength(1);
  });

  it('counts from that moment: an answer after it is a conflict, whether it was found out before or not', async () => {
    const { a, b } = await callPair(app);
    const call_id = await ring(a);
    await letRingExpire(app, call_id);
    expect(await b.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'error', code: 'conflict' });
    await b.next('call_missed');
  });
});

describe('a device that connects (3)', () => {
  it('while it rings gets incoming_call or outgoing_call after connected, and what becomes of it', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const call_id = await ring(a);
    const incoming = await b.next('incoming_call');
    const late = [await bob.dm(alice, { history: '5', since: '0' }), await alice.dm(bob)];
    expect(await late[0]!.next('incoming_call')).toEqual(incoming);
    expect(await late[1]!.next('outgoing_call')).toEqual({ ...incoming, type: 'outgoing_call' });
    expect(late[0]!.seen.map(({ type }) => type)).toEqual([
      'dm_user_online',
      'connected',
      'history',
      'resumed',
      'incoming_call',
    ]);
    expect(await late[0]!.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
    for (const socket of [a, b, late[1]!]) expect(await socket.next('call_accepted')).toMatchObject({ call_id });
  });

  it('while a call goes on is told that it was accepted, and when it ends', async () => {
    const pair = await callPair(app);
    const call_id = await talk(pair);
    const late = await pair.alice.dm(pair.bob);
    expect(await late.next('call_accepted')).toEqual({
      ...(await pair.a.next('call_accepted')),
      connection_id: pair.b.seen.find(({ type }) => type === 'connected')?.['connection_id'],
    });
    await late.request({ type: 'call_end', call_id });
    expect(await pair.b.next('call_ended')).toMatchObject({ call_id });
    expect(callEventsOf(late)).toEqual(['call_accepted', 'call_ended']);
  });

  it('after it has ended gets no event of it', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const call_id = await ring(a);
    await b.request({ type: 'call_decline', call_id });
    const late = await bob.dm(alice);
    await late.untilMarker();
    expect(callEventsOf(late)).toEqual([]);
  });

  it('rings although the callee was nowhere when it began', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const a = await alice.dm(bob);
    const call_id = await ring(a);
    const b = await bob.dm(alice);
    expect(await b.next('incoming_call')).toMatchObject({ call_id, from_user_id: alice.id });
  });
});
