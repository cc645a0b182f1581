import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callClient, callEventsBefore, callOf, heardFrom, joinCall, newCallRoom } from '../support/call-rooms.js';
import { Actor, channelScene, expectOk, register } from '../support/scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;
const open: SocketIoClient[] = [];

beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
  [alice, bob, carol] = await Promise.all([register(app, 'alice'), register(app, 'bob'), register(app, 'carol')]);
});
afterAll(async () => {
  for (const client of open) client.close();
  await app.close();
});

const dial = async (actor: Actor, transport?: string) => {
  const client = await callClient(app, actor, transport);
  open.push(client);
  return client;
};
const three = () => Promise.all([dial(alice), dial(bob), dial(carol)]);
const refusalOf = async (client: SocketIoClient, event: string, payload: object) => {
  const answer = await client.request(event, payload);
  const [told] = await client.next('webrtc:signaling-error');
  expect(answer).toMatchObject({ success: false, code: told['code'], error: told['error'], message: told['error'] });
  expect(told['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return told['code'];
};

describe.each(['websocket', 'polling'])('call rooms over %s (7.1)', (transport) => {
  it('webrtc:join-room answers webrtc:room-joined, and tells the others webrtc:participant-joined', async () => {
    const raw = await (await channelScene(app, { members: [] })).owner.dial('/ws/room-beside');
    const room = newCallRoom();
    const [a, b] = [await dial(alice, transport), await dial(bob, transport)];
    const first = await joinCall(a, room);
    expect(first).toEqual({
      callRoomId: room,
      participantCount: 1,
      existingParticipants: [],
      order: expect.any(Number),
      metadata: { callType: 'video', createdAt: expect.any(String), createdBy: alice.id },
    });
    const second = await joinCall(b, room, { callType: 'audio' });
    const known = { socketId: a.id, userId: alice.id, username: alice.username, order: first['order'] };
    expect(second).toMatchObject({ participantCount: 2, existingParticipants: [known], metadata: first['metadata'] });
    expect(second['order']).toBeGreaterThan(first['order'] as number);
    expect(await a.next('webrtc:participant-joined')).toEqual([
      {
        callRoomId: room,
        participant: { socketId: b.id, userId: bob.id, username: bob.username, order: second['order'] },
        participantCount: 2,
      },
    ]);
    await raw.next('auth_success');
    await raw.close();
  });

  it('offer, answer and candidate reach the target, with who sent them, and all else as it was sent', async () => {
    const room = newCallRoom();
    const [a, b, c] = [await dial(alice, transport), await dial(bob, transport), await dial(carol)];
    await callOf(room, a, b, c);
    const from = (sender: SocketIoClient, { id }: Actor) => ({
      callRoomId: room,
      fromSocketId: sender.id,
      fromUserId: id,
    });
    const offer = { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"€😀"' };
    a.emit('webrtc:offer', { callRoomId: room, targetSocketId: b.id, offer, sdpMid: '0', sdpMLineIndex: 1 });
    expect(await b.next('webrtc:offer')).toEqual([{ ...from(a, alice), offer, sdpMid: '0', sdpMLineIndex: 1 }]);
    const answer = { type: 'answer', sdp: 'v=0' };
    expect(await b.request('webrtc:answer', { callRoomId: room, targetSocketId: a.id, answer })).toEqual({
      success: true,
      message: 'Success',
      data: null,
    });
    expect(await a.next('webrtc:answer')).toEqual([{ ...from(b, bob), answer }]);
    const candidate = { candidate: 'candidate:1', sdpMid: '0' };
    a.emit('webrtc:ice-candidate', { callRoomId: room, targetSocketId: b.id, candidate, sdpMid: null });
    expect(await b.next('webrtc:ice-candidate')).toEqual([{ ...from(a, alice), candidate, sdpMid: null }]);
    const heard = await heardFrom(c, a, room);
    expect(heard).toEqual([]);
  });

  it('webrtc:leave-room answers webrtc:room-left, and tells the others webrtc:participant-left', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice, transport), await dial(bob, transport)];
    const [, joined] = await callOf(room, a, b);
    expect(await b.request('webrtc:leave-room', { callRoomId: room })).toMatchObject({ success: true });
    expect(await b.next('webrtc:room-left')).toEqual([{ callRoomId: room }]);
    expect(await a.next('webrtc:participant-left')).toEqual([
      {
        callRoomId: room,
        participant: { socketId: b.id, userId: bob.id, username: bob.username, order: joined?.['order'] },
        participantCount: 1,
      },
    ]);
  });

  it('one who disconnects has left, at once, and once', async () => {
    const room = newCallRoom();
    const [a, b, c] = [await dial(alice), await dial(bob, transport), await dial(carol)];
    await callOf(room, a, b, c);
    const { id } = b;
    b.close();
    const [left] = await a.next('webrtc:participant-left');
    expect(left).toMatchObject({ participant: { socketId: id }, participantCount: 2 });
    expect((await heardFrom(a, c, room)).filter(({ event }) => event === 'webrtc:participant-left')).toEqual([]);
  });
});

describe('candidates (7.1)', () => {
  it('without a target one goes to all others in the room, and null ends them', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    for (const candidate of [{ candidate: 'candidate:7' }, null]) {
      a.emit('webrtc:ice-candidate', { callRoomId: room, candidate });
      for (const client of [b, c]) expect(await client.next('webrtc:ice-candidate')).toMatchObject([{ candidate }]);
    }
    expect(await callEventsBefore(a)).toEqual([]);
  });

  it('one for a participant who has just left is dropped silently, not an error; an offer is one', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    const { id } = b;
    b.close();
    await a.next('webrtc:participant-left');
    const gone = { callRoomId: room, targetSocketId: id };
    expect(await a.request('webrtc:ice-candidate', { ...gone, candidate: {} })).toMatchObject({ success: true });
    expect(await callEventsBefore(a)).toEqual([]);
    expect(await refusalOf(a, 'webrtc:offer', { ...gone, offer: {} })).toBe('participant_not_found');
  });

  it('signals from one sender to one target arrive in the order sent', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice), await dial(bob)];
    await callOf(room, a, b);
    a.emit('webrtc:offer', { callRoomId: room, targetSocketId: b.id, offer: { n: 0 } });
    for (let n = 1; n <= 200; n += 1)
      a.emit('webrtc:ice-candidate', {
        callRoomId: room,
        ...(n % 2 === 0 && { targetSocketId: b.id }),
        candidate: { n },
      });
    await b.next('webrtc:ice-candidate', ({ candidate }) => (candidate as { n: number }).n === 200);
    const order = b.seen.flatMap(({ args: [signal] }) => {
      const body = signal?.['offer'] ?? signal?.['candidate'];
      return body ? [(body as { n: number }).n] : [];
    });
    expect(order).toEqual(Array.from({ length: 201 }, (_, n) => n));
  });
});

describe('webrtc:signaling-error, and its twin in the acknowledgement (7.1)', () => {
  it('room_not_found: nobody is in the room named', async () => {
    const a = await dial(alice);
    const callRoomId = newCallRoom();
    for (const [event, body] of [
      ['webrtc:offer', { targetSocketId: 'x', offer: {} }],
      ['webrtc:ice-candidate', { candidate: {} }],
      ['webrtc:leave-room', {}],
    ] as const)
      expect(await refusalOf(a, event, { callRoomId, ...body }), event).toBe('room_not_found');
  });

  it('not_in_room: the sender is not in the room named', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice), await dial(bob)];
    await joinCall(a, room);
    expect(await refusalOf(b, 'webrtc:offer', { callRoomId: room, targetSocketId: a.id, offer: {} })).toBe(
      'not_in_room',
    );
    expect(await refusalOf(b, 'webrtc:leave-room', { callRoomId: room })).toBe('not_in_room');
  });

  it('participant_not_found: the target is not in the room named, oneself neither', async () => {
    const room = newCallRoom();
    const a = await dial(alice);
    await joinCall(a, room);
    for (const targetSocketId of ['nobody', '__proto__', a.id])
      expect(await refusalOf(a, 'webrtc:answer', { callRoomId: room, targetSocketId, answer: {} })).toBe(
        'participant_not_found',
      );
  });

  it('invalid_message: an unknown event, or a payload that is not what it should be', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice), await dial(bob)];
    await callOf(room, a, b);
    const named = { callRoomId: room, targetSocketId: b.id };
    for (const [event, payload] of [
      ['webrtc:dance', {}],
      ['webrtc:join-room', {}],
      ['webrtc:join-room', { callRoomId: 7 }],
      ['webrtc:join-room', { callRoomId: 'a b' }],
      ['webrtc:join-room', { callRoomId: 'x'.repeat(129) }],
      ['webrtc:join-room', { callRoomId: room, callType: {} }],
      ['webrtc:join-room', { callRoomId: newCallRoom(), metadata: [] }],
      ['webrtc:join-room', { callRoomId: newCallRoom(), metadata: { text: 'x'.repeat(2048) } }],
      ['webrtc:join-room', { callRoomId: newCallRoom(), metadata: { groupId: 'none' } }],
      ['webrtc:offer', { callRoomId: room, offer: {} }],
      ['webrtc:offer', { ...named, targetSocketId: [b.id], offer: {} }],
      ['webrtc:offer', { ...named, offer: 'v=0' }],
      ['webrtc:offer', { ...named, offer: null }],
      ['webrtc:offer', { ...named, offer: { sdp: 'x'.repeat(33_000) } }],
      ['webrtc:offer', { ...named, offer: {}, sdpMid: 0 }],
      ['webrtc:offer', { ...named, offer: {}, sdpMLineIndex: '0' }],
      ['webrtc:answer', { ...named }],
      ['webrtc:ice-candidate', { ...named, candidate: 'candidate:1' }],
      ['webrtc:ice-candidate', { ...named }],
    ] as const)
      expect(await refusalOf(a, event, payload), `${event} ${JSON.stringify(payload).slice(0, 80)}`).toBe(
        'invalid_message',
      );
    expect(await heardFrom(b, a, room)).toEqual([]);
  });

  it('room_full: 50 joins at once at the limit never pass it', async () => {
    const small = await startTestApp({ env: { ROOM_MAX_PARTICIPANTS: '10', WS_RATE_PER_SECOND: '0' } });
    const dave = await register(small, 'dave');
    const clients = await Promise.all(Array.from({ length: 50 }, () => callClient(small, dave)));
    const room = newCallRoom();
    const answers = await Promise.all(
      clients.map((client) => client.request('webrtc:join-room', { callRoomId: room })),
    );
    expect(answers.filter(({ success }) => success)).toHaveLength(10);
    expect(new Set(answers.filter(({ success }) => !success).map(({ code }) => code))).toEqual(new Set(['room_full']));
    const inside = clients[answers.findIndex(({ success }) => success)]!;
    const again = await inside.request('webrtc:join-room', { callRoomId: room });
    expect(again.data).toMatchObject({ participantCount: 10 });
    for (const client of clients) client.close();
    await small.close();
  });

  it('rate_limited: more events than WS_RATE_PER_SECOND', async () => {
    const slow = await startTestApp({ env: { WS_RATE_PER_SECOND: '5' } });
    const client = await callClient(slow, await register(slow, 'erin'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.request('webrtc:leave-room', { callRoomId: 'nowhere' })),
    );
    expect(answers.at(-1)).toMatchObject({ success: false, code: 'rate_limited' });
    expect(await client.next('webrtc:signaling-error', ({ code }) => code === 'rate_limited')).toHaveLength(1);
    client.close();
    await slow.close();
  });
});

describe('sender and target must both be in the room named (7.1)', () => {
  it('signaling across rooms is refused and counted, and reaches nobody (R1)', async () => {
    const [mine, theirs] = [newCallRoom(), newCallRoom()];
    const [a, b, c] = await three();
    await joinCall(a, mine);
    await callOf(theirs, b, c);
    const refused = async () =>
      Number(/parley_call_signals_refused_total (\d+)/.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);
    const before = await refused();
    const offer = { sdp: 'v=0' };
    expect(await refusalOf(a, 'webrtc:offer', { callRoomId: theirs, targetSocketId: b.id, offer })).toBe('not_in_room');
    expect(await refusalOf(a, 'webrtc:offer', { callRoomId: mine, targetSocketId: b.id, offer })).toBe(
      'participant_not_found',
    );
    expect(await refusalOf(a, 'webrtc:ice-candidate', { callRoomId: theirs, candidate: {} })).toBe('not_in_room');
    expect(await refused()).toBe(before + 3);
    expect(await heardFrom(b, c, theirs)).toEqual([]);
  });

  it('one who has left signals no more, also not to those who are still there (R1)', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    await a.request('webrtc:leave-room', { callRoomId: room });
    const to = { callRoomId: room, targetSocketId: b.id };
    expect(await refusalOf(a, 'webrtc:offer', { ...to, offer: {} })).toBe('not_in_room');
    expect(await refusalOf(a, 'webrtc:answer', { ...to, answer: {} })).toBe('not_in_room');
    expect(await refusalOf(a, 'webrtc:ice-candidate', { callRoomId: room, candidate: null })).toBe('not_in_room');
    const heard = await heardFrom(b, c, room);
    expect(heard.map(({ event }) => event)).toEqual(['webrtc:participant-left']);
  });

  it('what a payload says of its sender counts for nothing', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    const forged = { fromSocketId: c.id, fromUserId: carol.id, userId: carol.id };
    a.emit('webrtc:offer', { callRoomId: room, targetSocketId: b.id, offer: {}, ...forged });
    expect(await b.next('webrtc:offer')).toEqual([
      { callRoomId: room, fromSocketId: a.id, fromUserId: alice.id, offer: {} },
    ]);
  });
});

describe('a socket is in one call room at a time (7.1)', () => {
  it('joining another leaves the first', async () => {
    const [first, second] = [newCallRoom(), newCallRoom()];
    const [a, b] = [await dial(alice), await dial(bob)];
    await callOf(first, a, b);
    await joinCall(b, second);
    expect(await b.next('webrtc:room-left')).toEqual([{ callRoomId: first }]);
    expect(await a.next('webrtc:participant-left')).toMatchObject([{ participant: { socketId: b.id } }]);
  });

  it('joining the same one again answers webrtc:room-joined and tells nobody', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice), await dial(bob)];
    const [, joined] = await callOf(room, a, b);
    expect(await joinCall(b, room, { callType: 'audio' })).toEqual(joined);
    expect(await heardFrom(a, b, room)).toEqual([]);
  });

  it('two sockets of a user are two participants', async () => {
    const room = newCallRoom();
    const [a, again] = [await dial(alice), await dial(alice)];
    const [, second] = await callOf(room, a, again);
    expect(second).toMatchObject({ participantCount: 2, existingParticipants: [{ socketId: a.id }] });
  });
});

describe('a room (7.1)', () => {
  it('keeps its maker’s metadata as long as it lives, and vanishes at once when it is empty', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(alice), await dial(bob)];
    const metadata = { topic: 'Planning', nested: { a: [1] }, createdBy: bob.id, callType: 'fake' };
    const made = await joinCall(a, room, { callType: 'audio', metadata });
    const expected = { topic: 'Planning', nested: { a: [1] }, callType: 'audio', createdBy: alice.id };
    expect(made['metadata']).toEqual({ ...expected, createdAt: expect.any(String) });
    expect((await joinCall(b, room, { metadata: { topic: 'Mine' } }))['metadata']).toEqual(made['metadata']);
    await a.request('webrtc:leave-room', { callRoomId: room });
    expect((await joinCall(b, room))['metadata']).toEqual(made['metadata']);
    await b.request('webrtc:leave-room', { callRoomId: room });
    const anew = await joinCall(b, room);
    expect(anew).toMatchObject({ participantCount: 1, metadata: { callType: 'video', createdBy: bob.id } });
    expect(anew['metadata']).not.toHaveProperty('topic');
  });

  it('bound to a group (metadata.groupId) admits its members alone, and those who leave the group are sent out', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['dora', 'eve'] });
    const room = newCallRoom();
    const [o, d, e, stranger] = await Promise.all(
      [owner, members.dora, members.eve, alice].map((actor) => dial(actor)),
    );
    expect(await refusalOf(stranger!, 'webrtc:join-room', { callRoomId: room, metadata: { groupId } })).toBe(
      'forbidden',
    );
    await joinCall(o!, room, { metadata: { groupId } });
    expect((await owner.api.get(`/calls/${room}`)).status).toBe(200);
    expect((await carol.api.get(`/calls/${room}`)).status).toBe(404);
    expect(await refusalOf(stranger!, 'webrtc:join-room', { callRoomId: room })).toBe('forbidden');
    await joinCall(d!, room);
    await joinCall(e!, room);
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.dora.id}`));
    expect((await members.dora.api.get(`/calls/${room}`)).status).toBe(404);
    expect(await d!.next('webrtc:signaling-error')).toMatchObject([{ code: 'forbidden' }]);
    expect(await d!.next('webrtc:room-left')).toEqual([{ callRoomId: room }]);
    expect(await o!.next('webrtc:participant-left')).toMatchObject([{ participant: { socketId: d!.id } }]);
    expect(await refusalOf(d!, 'webrtc:offer', { callRoomId: room, targetSocketId: o!.id, offer: {} })).toBe(
      'not_in_room',
    );
  });

  it('an owner’s rule of who joins counts (RoomAccess), as for rooms and meetings', async () => {
    const room = newCallRoom();
    await app.sql(
      `INSERT INTO room_rules (kind, room_id, owner_id, access, locked, created_at, updated_at)
       VALUES ('call', $1, $2, 'invitation', false, now(), now())`,
      [room, bob.id],
    );
    const [a, b] = [await dial(alice), await dial(bob)];
    expect(await refusalOf(a, 'webrtc:join-room', { callRoomId: room })).toBe('forbidden');
    await joinCall(b, room);
  });
});

describe('the gateway', () => {
  it('does not take guests or strangers', async () => {
    for (const auth of [{}, { token: 'x' }]) {
      const error = await SocketIoClient.refusal(app.url, { auth });
      expect(['auth_required', 'invalid_token']).toContain(error.data?.code);
    }
  });

  it('names in events and rooms such as __proto__ are data', async () => {
    const [a, b] = [await dial(alice), await dial(bob)];
    await callOf('__proto__', a, b);
    a.emit('webrtc:offer', {
      callRoomId: '__proto__',
      targetSocketId: b.id,
      offer: JSON.parse('{"__proto__":{"polluted":1}}') as object,
    });
    const [signal] = await b.next('webrtc:offer');
    expect(Object.keys(signal['offer'] as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
