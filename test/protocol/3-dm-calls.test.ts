import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callEventsOf, callPair, callsInLog, MEDIA, ring, talk } from '../support/call-scene.js';
import { register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const RINGS_MS = 45_000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const idOf = (socket: SocketClient) => socket.seen.find(({ type }) => type === 'connected')?.['connection_id'];
const conversationOf = (socket: SocketClient) =>
  socket.seen.find(({ type }) => type === 'connected')?.['conversation_id'];

describe('call_invite (3)', () => {
  it('rings on every device of the callee and shows on every device of the caller, and the ack names the call', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const [a2, b2] = [await alice.dm(bob), await bob.dm(alice)];
    const before = Date.now();
    const answer = await a.request({ type: 'call_invite', media: MEDIA });
    const { call_id } = answer;
    expect(answer).toEqual({ type: 'ack', ref: answer['ref'], call_id: expect.any(String) });
    const fields = {
      call_id,
      conversation_id: conversationOf(a),
      from_user_id: alice.id,
      from_username: alice.username,
      media: MEDIA,
      expires_at: expect.stringMatching(TIME),
    };
    for (const socket of [a, a2])
      expect(await socket.next('outgoing_call')).toEqual({ type: 'outgoing_call', ...fields });
    for (const socket of [b, b2]) {
      const incoming = await socket.next('incoming_call');
      expect(incoming).toEqual({ type: 'incoming_call', ...fields });
      // The clocks of the test and of its Postgres are one.
      expect(Date.parse(incoming['expires_at'] as string)).toBeGreaterThanOrEqual(before + RINGS_MS);
      expect(Date.parse(incoming['expires_at'] as string)).toBeLessThanOrEqual(Date.now() + RINGS_MS);
    }
    expect(a.seen.map(({ type }) => type).indexOf('ack')).toBeGreaterThan(callEventsOf(a).indexOf('outgoing_call'));
  });

  it('needs no ref', async () => {
    const { a, b } = await callPair(app);
    a.send({ type: 'call_invite', media: null });
    const { call_id } = await a.next('outgoing_call');
    expect(await b.next('incoming_call')).toMatchObject({ call_id, media: null });
    expect((await a.untilMarker()).map(({ type }) => type)).not.toContain('ack');
  });

  it('reaches nobody else, and no other conversation of the two', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const carol = await register(app, 'carol');
    const others = [await carol.dm(alice), await carol.dm(bob), await alice.dm(carol), await bob.dm(carol)];
    await ring(a);
    await b.next('incoming_call');
    for (const socket of others) {
      await socket.untilMarker();
      expect(callEventsOf(socket)).toEqual([]);
    }
  });

  it('again while it rings is the same call, and rings no second time', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const a2 = await alice.dm(bob);
    const callId = await ring(a);
    await b.next('incoming_call');
    expect(await ring(a)).toBe(callId);
    expect(await ring(a2, 'other')).toBe(callId);
    await b.untilMarker();
    expect(callEventsOf(b)).toEqual(['incoming_call']);
    expect(callEventsOf(a)).toEqual(['outgoing_call']);
  });

  it('of both at once makes one call', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => callPair(app)));
    await Promise.all(
      pairs.map(async ({ a, b, alice, bob }) => {
        const [first, second] = await Promise.all([ring(a), ring(b)]);
        expect(second).toBe(first);
        const side = (socket: SocketClient) => socket.next(({ type }) => type.endsWith('_call'));
        const [atA, atB] = [await side(a), await side(b)];
        expect([atA.type, atB.type].sort()).toEqual(['incoming_call', 'outgoing_call']);
        expect({ ...atA, type: '' }).toEqual({ ...atB, type: '' });
        const [callee, other] = atA.type === 'incoming_call' ? [a, b] : [b, a];
        expect(await callee.request({ type: 'call_accept', call_id: first })).toMatchObject({ type: 'ack' });
        expect(await other.next('call_accepted')).toMatchObject({ call_id: first, connection_id: idOf(callee) });
        await callee.request({ type: 'call_end', call_id: first });
        expect(await callsInLog(alice, bob)).toHaveLength(1);
      }),
    );
  });

  it('from several devices of the two at once still makes one call', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const more = [await alice.dm(bob), await bob.dm(alice), await alice.dm(bob), await bob.dm(alice)];
    const ids = await Promise.all([a, b, ...more].map((socket) => ring(socket)));
    expect(new Set(ids).size).toBe(1);
    expect(await app.sql('SELECT FROM calls WHERE conversation_id = $1', [conversationOf(a)])).toHaveLength(1);
  });

  it.each([
    ['no media', {}],
    ['more than 1 KiB of it', { media: 'x'.repeat(1023) }],
  ])('with %s is validation_failed, and rings nowhere', async (_name, fields) => {
    const { a, b } = await callPair(app);
    expect(await a.request({ type: 'call_invite', ...fields })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'media' }],
    });
    await b.untilMarker();
    expect(callEventsOf(b)).toEqual([]);
  });

  it('takes any JSON of 1 KiB as media, and gives it back as it was, in the ring and in the log', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const media = { kinds: ['audio', null, 1.5], deep: { ä: '😀', nul: '\0', half: '\ud800' }, pad: '' };
    media.pad = 'x'.repeat(1024 - Buffer.byteLength(JSON.stringify(media)));
    const call_id = await ring(a, media);
    expect(await b.next('incoming_call')).toMatchObject({ media });
    await b.request({ type: 'call_decline', call_id });
    expect(await callsInLog(bob, alice)).toMatchObject([{ call: { media } }]);
  });

  it('is rate_limited after ten in a minute', async () => {
    const { a, b } = await callPair(app);
    for (let n = 0; n < 10; n++)
      expect(await (n % 2 ? a : b).request({ type: 'call_invite', media: n })).toMatchObject({ type: 'ack' });
    expect(await a.request({ type: 'call_invite', media: 11 })).toMatchObject({
      type: 'error',
      code: 'rate_limited',
      retry_after_ms: expect.any(Number),
    });
    const { a: other } = await callPair(app);
    await ring(other);
  });
});

describe('call_busy (3)', () => {
  it('answers who invites one who is in a call, who invites while in one, and who invites to the call again', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const carol = await register(app, 'carol');
    const [cb, ac] = [await carol.dm(bob), await alice.dm(carol)];
    await talk({ a, b });
    const busy = async (socket: SocketClient) => {
      const { ref, ...answer } = await socket.request({ type: 'call_invite', media: MEDIA });
      expect(ref).toEqual(expect.any(String));
      return answer;
    };
    expect(await busy(cb)).toEqual({ type: 'call_busy', conversation_id: conversationOf(cb), user_id: bob.id });
    expect(await busy(ac)).toEqual({ type: 'call_busy', conversation_id: conversationOf(ac), user_id: alice.id });
    expect(await busy(a)).toEqual({ type: 'call_busy', conversation_id: conversationOf(a), user_id: alice.id });
    expect(await callsInLog(carol, bob)).toEqual([]);
    await b.untilMarker();
    expect(callEventsOf(b)).toEqual(['incoming_call', 'call_accepted']);
  });

  it('answers also while the other’s call only rings, and no longer once it has ended', async () => {
    const { bob, a } = await callPair(app);
    const carol = await register(app, 'carol');
    const cb = await carol.dm(bob);
    const call_id = await ring(a);
    expect(await cb.request({ type: 'call_invite', media: MEDIA })).toMatchObject({ type: 'call_busy' });
    await a.request({ type: 'call_cancel', call_id });
    await ring(cb);
  });

  it('is the answer of all but one where many ring the same user, or a ring of users each other, at once', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => register(app, name)));
    const [hub, ...others] = people;
    const toHub = await Promise.all(others.map((user) => user.dm(hub!)));
    const answers = await Promise.all(toHub.map((socket) => socket.request({ type: 'call_invite', media: 1 })));
    expect(answers.map(({ type }) => type).sort()).toEqual(['ack', 'call_busy', 'call_busy']);

    const circle = await Promise.all(['e', 'f', 'g'].map((name) => register(app, name)));
    const sockets = await Promise.all(circle.map((user, n) => user.dm(circle[(n + 1) % 3]!)));
    const round = await Promise.all(sockets.map((socket) => socket.request({ type: 'call_invite', media: 1 })));
    expect(round.filter(({ type }) => type === 'ack')).toHaveLength(1);
    expect(round.filter(({ type }) => type === 'call_busy')).toHaveLength(2);
  });
});

describe('call_accept (3)', () => {
  it('tells all devices of both sides which connection accepted, so that the others stop ringing', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const [a2, b2] = [await alice.dm(bob), await bob.dm(alice)];
    const call_id = await ring(a);
    await b2.next('incoming_call');
    const answer = await b2.request({ type: 'call_accept', call_id: call_id.toUpperCase() });
    expect(answer).toEqual({ type: 'ack', ref: answer['ref'] });
    const accepted = { type: 'call_accepted', call_id, conversation_id: conversationOf(a), connection_id: idOf(b2) };
    for (const socket of [a, a2, b, b2]) expect(await socket.next('call_accepted')).toEqual(accepted);
    expect(await callsInLog(alice, bob)).toEqual([]);
  });

  it('on two devices at once: one gets it, the other gets conflict', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const devices = [b, await bob.dm(alice), await bob.dm(alice)];
    const call_id = await ring(a);
    for (const device of devices) await device.next('incoming_call');
    const answers = await Promise.all(devices.map((device) => device.request({ type: 'call_accept', call_id })));
    const winner = devices[answers.findIndex(({ type }) => type === 'ack')]!;
    expect(answers.map(({ type, code }) => code ?? type).sort()).toEqual(['ack', 'conflict', 'conflict']);
    for (const socket of [a, ...devices])
      expect(await socket.next('call_accepted')).toMatchObject({ connection_id: idOf(winner) });
  });

  it('by the caller is forbidden, and it rings on', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const a2 = await alice.dm(bob);
    const call_id = await ring(a);
    for (const socket of [a, a2])
      expect(await socket.request({ type: 'call_accept', call_id })).toMatchObject({
        type: 'error',
        code: 'forbidden',
      });
    expect(await b.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
  });
});

describe('call_decline, call_cancel and call_end (3)', () => {
  it.each([
    ['call_decline', 'call_declined', 'declined'],
    ['call_cancel', 'call_cancelled', 'cancelled'],
  ])('%s tells all devices of both sides %s, and is one entry of the log', async (command, event, outcome) => {
    const { alice, bob, a, b } = await callPair(app);
    const [a2, b2] = [await alice.dm(bob), await bob.dm(alice)];
    const call_id = await ring(a);
    for (const socket of [b, b2]) await socket.next('incoming_call');
    const by = command === 'call_decline' ? b : a;
    const ack = await by.request({ type: command, call_id });
    for (const socket of [a, a2, b, b2]) {
      expect(await socket.next(event)).toEqual({ type: event, call_id, conversation_id: conversationOf(a) });
      expect(await socket.next('dm_message')).toMatchObject({ kind: 'call', call: { call_id, outcome } });
    }
    const [entry, ...more] = await callsInLog(bob, alice);
    expect(more).toEqual([]);
    expect(ack).toEqual({ type: 'ack', ref: ack['ref'], id: entry!['id'], seq: 1, rev: 1 });
    const order = by.seen.map(({ type }) => type);
    expect(order.lastIndexOf('ack')).toBeGreaterThan(order.indexOf('dm_message'));
    expect(order.lastIndexOf('ack')).toBeGreaterThan(order.indexOf(event));
  });

  it.each(['a', 'b'] as const)('call_end of either side (%s) tells all devices how long the call was', async (side) => {
    const pair = await callPair(app);
    const { alice, bob, a, b } = pair;
    const [a2, b2] = [await alice.dm(bob), await bob.dm(alice)];
    const call_id = await talk(pair);
    await app.sql(`UPDATE calls SET accepted_at = accepted_at - interval '75.4 seconds' WHERE id = $1`, [call_id]);
    const ack = await pair[side].request({ type: 'call_end', call_id });
    expect(ack).toMatchObject({ type: 'ack', seq: 1, rev: 1 });
    for (const socket of [a, a2, b, b2])
      expect(await socket.next('call_ended')).toEqual({
        type: 'call_ended',
        call_id,
        conversation_id: conversationOf(a),
        duration_s: 75,
      });
    expect(await callsInLog(alice, bob)).toMatchObject([{ id: ack['id'], call: { outcome: 'ended', duration_s: 75 } }]);
  });

  it('by the wrong side, or at the wrong time, are forbidden or a conflict, and change nothing', async () => {
    const { a, b } = await callPair(app);
    const call_id = await ring(a);
    await b.next('incoming_call');
    const code = async (socket: SocketClient, type: string) => (await socket.request({ type, call_id }))['code'];
    expect(await code(a, 'call_decline')).toBe('forbidden');
    expect(await code(b, 'call_cancel')).toBe('forbidden');
    for (const socket of [a, b]) expect(await code(socket, 'call_end')).toBe('conflict');
    await b.request({ type: 'call_accept', call_id });
    for (const socket of [a, b])
      for (const type of ['call_decline', 'call_cancel', 'call_accept'])
        expect([type, await code(socket, type)]).toEqual([type, 'conflict']);
    expect(callEventsOf(a)).toEqual(['outgoing_call', 'call_accepted']);
  });

  it('at once from both sides, and with call_accept, end the call once', async () => {
    const pairs = await Promise.all(Array.from({ length: 6 }, () => callPair(app)));
    await Promise.all(
      pairs.map(async ({ alice, bob, a, b }, n) => {
        const call_id = n % 2 ? await talk({ a, b }) : await ring(a);
        const [mine, theirs] =
          n % 2 ? ['call_end', 'call_end'] : ['call_cancel', n % 4 ? 'call_decline' : 'call_accept'];
        const answers = await Promise.all([a.request({ type: mine, call_id }), b.request({ type: theirs, call_id })]);
        expect(answers.map(({ type, code }) => code ?? type).sort()).toEqual(['ack', 'conflict']);
        const live = (await app.sql<{ phase: string }>('SELECT phase FROM calls WHERE id = $1', [call_id]))[0];
        expect(await callsInLog(alice, bob)).toHaveLength(live!.phase === 'accepted' ? 0 : 1);
      }),
    );
  });
});

describe('the call_id (3)', () => {
  it('of a call that has ended is a conflict, for whatever is asked', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const call_id = await ring(a);
    await b.request({ type: 'call_decline', call_id });
    for (const socket of [a, b])
      for (const type of ['call_accept', 'call_decline', 'call_cancel', 'call_end'])
        expect([type, await socket.request({ type, call_id })]).toMatchObject([
          type,
          { type: 'error', code: 'conflict' },
        ]);
    expect(await callsInLog(alice, bob)).toHaveLength(1);
  });

  it('of a new call is another one', async () => {
    const { a, b } = await callPair(app);
    const first = await ring(a);
    await b.request({ type: 'call_decline', call_id: first });
    const second = await ring(b);
    expect(second).not.toBe(first);
    expect(await a.request({ type: 'call_accept', call_id: first })).toMatchObject({ code: 'conflict' });
    expect(await a.request({ type: 'call_accept', call_id: second })).toMatchObject({ type: 'ack' });
  });

  it('of another conversation, or of no call, is not_found, and nothing happens to it', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const carol = await register(app, 'carol');
    const strangers = [await carol.dm(bob), await bob.dm(carol), await alice.dm(carol)];
    const call_id = await ring(a);
    for (const socket of strangers)
      for (const type of ['call_accept', 'call_decline', 'call_cancel', 'call_end'])
        expect([type, await socket.request({ type, call_id })]).toMatchObject([type, { code: 'not_found' }]);
    expect(await b.request({ type: 'call_end', call_id: randomUUID() })).toMatchObject({ code: 'not_found' });
    expect(await b.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
  });

  it.each([{}, { call_id: null }, { call_id: 7 }, { call_id: 'x' }, { call_id: {} }])(
    'as %j is validation_failed',
    async (fields) => {
      const { a } = await callPair(app);
      for (const type of ['call_accept', 'call_decline', 'call_cancel', 'call_end'])
        expect(await a.request({ type, ...fields })).toMatchObject({
          type: 'error',
          code: 'validation_failed',
          details: [{ field: 'call_id' }],
        });
    },
  );
});

describe('forged fields of a call (3)', () => {
  it('are ignored: who calls is the connection’s user', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const carol = await register(app, 'carol');
    a.send({
      type: 'call_invite',
      media: MEDIA,
      from_user_id: carol.id,
      from_username: carol.username,
      call_id: randomUUID(),
      conversation_id: randomUUID(),
      expires_at: '2040-01-01T00:00:00.000Z',
      callee_id: carol.id,
    });
    const incoming = await b.next('incoming_call');
    expect(incoming).toMatchObject({ from_user_id: alice.id, from_username: alice.username, media: MEDIA });
    expect(incoming['conversation_id']).toBe(conversationOf(b));
    await b.request({ type: 'call_decline', call_id: incoming['call_id'], outcome: 'ended', duration_s: 9 });
    expect(await callsInLog(bob, alice)).toMatchObject([
      { sender_id: alice.id, recipient_id: bob.id, call: { outcome: 'declined', duration_s: 0 } },
    ]);
  });
});
