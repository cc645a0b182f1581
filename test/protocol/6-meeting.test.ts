import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { breakOff, dialMeeting, joined, joinMeeting, newMeeting, toldSoFar } from '../support/meeting.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let app: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let room: string;
beforeAll(async () => {
  app = await startTestApp({ env: { RECONNECT_GRACE_MS: '1000', ROOM_MAX_PARTICIPANTS: '8', GUESTS_ENABLED: '1' } });
  [alice, bob, carol] = [await register(app, 'alice'), await register(app, 'bob'), await register(app, 'carol')];
});
afterAll(() => app.close());
beforeEach(() => {
  room = newMeeting();
});

const error = (code: string) => expect.objectContaining({ type: 'error', code });

describe('join (6)', () => {
  it('answers with peers: oneself, nobody else yet, and oneself as the host', async () => {
    const { peers } = await joinMeeting(alice, room, { client_id: 'a-1' });
    expect(peers).toEqual({
      type: 'peers',
      ref: expect.any(String),
      self: {
        id: 'a-1',
        user_id: alice.id,
        username: alice.username,
        display_name: alice.username,
        media: { audio: false, video: false },
        screen_sharing: false,
        screen_stream_id: null,
        hand_raised: false,
        is_host: true,
        order: expect.any(Number),
      },
      peers: [],
      chat_enabled: true,
      locked: false,
      host_id: 'a-1',
    });
  });

  it('tells the others peer-joined with the peer, and the joiner who is there, by order', async () => {
    const first = await joinMeeting(alice, room, {
      client_id: 'a',
      display_name: '  Alice (desk) ',
      media: { audio: true },
    });
    const second = await joinMeeting(bob, room, { client_id: 'b', media: { audio: false, video: true, codec: 'vp9' } });
    const third = await joinMeeting(carol, room, { client_id: 'c' });
    const { peer } = await first.client.next('peer-joined');
    expect(peer).toEqual({ ...second.peers.self, is_host: false, media: { audio: false, video: true, codec: 'vp9' } });
    expect(await second.client.next('peer-joined')).toMatchObject({ peer: { id: 'c', username: carol.username } });
    expect(third.peers.peers).toMatchObject([
      { id: 'a', display_name: 'Alice (desk)', media: { audio: true, video: false }, is_host: true },
      { id: 'b', display_name: bob.username, is_host: false },
    ]);
    const orders = [...third.peers.peers, third.peers.self].map(({ order }) => order);
    expect(orders).toEqual([...new Set(orders)].sort((x, y) => x - y));
    expect(third.peers.host_id).toBe('a');
    // Nobody is told of themselves.
    expect(await toldSoFar(first)).toEqual(['peer-joined']);
    expect(await toldSoFar(third)).toEqual([]);
  });

  it('is the first message after authentication: before it everything else is a conflict', async () => {
    const client = await dialMeeting(alice, room);
    const commands = [
      { type: 'leave' },
      { type: 'offer', to: 'x', sdp: {} },
      { type: 'raise-hand' },
      { type: 'screen-share-started' },
      { type: 'media-state', audio: true, video: true },
      { type: 'chat', content: 'hi' },
      { type: 'chat-disabled' },
      { type: 'mute-peer', peer_id: 'x' },
      { type: 'remove-peer', peer_id: 'x' },
      { type: 'lock-room' },
    ];
    for (const command of commands) expect(await client.request(command), command.type).toEqual(error('conflict'));
    await joined(client);
    expect(await client.request({ type: 'join' })).toEqual(error('conflict'));
  });

  it('comes in band too: auth_required, auth_token, auth_success, whose client id the peer has (1.1)', async () => {
    const client = await SocketClient.connect(`${app.wsUrl}/ws/meet/${room}`);
    await client.next('auth_required');
    expect(await client.request({ type: 'raise-hand' })).toEqual(error('auth_required'));
    client.send({ type: 'auth_token', token: alice.token, clientId: 'desk' });
    expect(await client.next('auth_success')).toMatchObject({ user: alice.username, client_id: 'desk' });
    expect((await joined(client)).self.id).toBe('desk');
  });

  it('a guest joins without any credential, where the server takes guests (1.1)', async () => {
    const host = await joinMeeting(alice, room, { client_id: 'a' });
    const guest = await SocketClient.connect(`${app.wsUrl}/ws/meet/${room}`);
    await guest.next('auth_required');
    guest.send({ type: 'join', username: 'Ada', client_id: 'g', ref: 'j' });
    const { user_id } = await guest.next('auth_success');
    expect(await guest.next('peers')).toMatchObject({
      ref: 'j',
      self: { id: 'g', user_id, username: 'Ada (guest)', display_name: 'Ada (guest)', is_host: false },
      peers: [{ id: 'a' }],
    });
    expect(await host.client.next('peer-joined')).toMatchObject({ peer: { id: 'g', username: 'Ada (guest)' } });
    await alice.api.put(`/meetings/${room}/rule`, { access: 'invitation' });
    expect((await guest.closed).code).toBe(4403);
  });

  it('without any client id the peer has a UUID', async () => {
    expect((await joinMeeting(alice, room)).id).toMatch(UUID);
  });

  it.each([
    ['client_id', 'a b'],
    ['client_id', ''],
    ['client_id', 'x'.repeat(65)],
    ['client_id', 7],
    ['display_name', ''],
    ['display_name', 'x'.repeat(101)],
    ['display_name', 'a\0'],
    ['media', 'loud'],
    ['media', { x: 'x'.repeat(1100) }],
  ])('refuses %s %j', async (field, value) => {
    const client = await dialMeeting(alice, room);
    const answer = await client.request({ type: 'join', [field]: value });
    expect(answer).toMatchObject({ code: 'validation_failed', details: [{ field, problems: [expect.any(String)] }] });
    await joined(client);
  });

  it('takes nothing of who one is from the message (1)', async () => {
    const listener = await joinMeeting(bob, room);
    const forged = { user_id: bob.id, username: 'root', is_host: true, order: 0, id: 'forged', host_id: 'x' };
    const { peers } = await joinMeeting(alice, room, { client_id: 'a', ...forged });
    expect(peers.self).toMatchObject({ id: 'a', user_id: alice.id, username: alice.username, is_host: false });
    expect((await listener.client.next('peer-joined'))['peer']).toMatchObject({ id: 'a', user_id: alice.id });
  });

  it('a full meeting answers room_full and closes with 4403, the peers being told nothing', async () => {
    const attendees = [];
    for (let n = 0; n < 8; n++) attendees.push(await joinMeeting(alice, room, { client_id: `a${n}` }));
    const late = await dialMeeting(bob, room);
    expect(await late.request({ type: 'join' })).toEqual(error('room_full'));
    expect((await late.closed).code).toBe(4403);
    expect(await toldSoFar(attendees[7]!)).toEqual([]);
  });

  it.each(['channel', 'dm', 'meet', 'user', 'a%20b', 'x'.repeat(129), '%C3%A4'])(
    'refuses the room id %s with 4400, before authentication',
    async (id) => {
      const client = await SocketClient.connect(`${app.wsUrl}/ws/meet/${id}`);
      expect((await client.closed).code).toBe(4400);
      expect(client.seen).toEqual([]);
    },
  );

  it('meetings are apart from each other', async () => {
    const here = await joinMeeting(alice, room, { client_id: 'a' });
    const there = await joinMeeting(bob, newMeeting(), { client_id: 'b' });
    expect(there.peers.peers).toEqual([]);
    const offer = { type: 'offer', to: 'b', sdp: {} };
    expect(await here.client.request(offer)).toEqual(error('target_not_found'));
    expect(await toldSoFar(there)).toEqual([]);
  });
});

describe('leave, or the socket ends (6)', () => {
  it('leave tells the others peer-left, once, and one may join again on the same socket', async () => {
    const [a, b] = [await joinMeeting(alice, room), await joinMeeting(bob, room, { client_id: 'b' })];
    await a.client.next('peer-joined');
    expect(await b.client.request({ type: 'leave' })).toMatchObject({ type: 'ack' });
    expect(await a.client.next('peer-left')).toEqual({ type: 'peer-left', id: 'b', username: bob.username });
    expect(await b.client.request({ type: 'raise-hand' })).toEqual(error('conflict'));
    const again = await joined(b.client, { client_id: 'b' });
    expect(again.self.order).toBeGreaterThan(b.peers.self.order);
    await a.client.next('peer-joined');
    await b.client.close();
    await a.client.next('peer-left');
    expect(await toldSoFar(a)).toEqual([]);
  });

  it('a clean close tells peer-left at once, a broken connection when its grace is over', async () => {
    const a = await joinMeeting(alice, room);
    const [b, c] = [
      await joinMeeting(bob, room, { client_id: 'b' }),
      await joinMeeting(carol, room, { client_id: 'c' }),
    ];
    b.client.terminate();
    await c.client.close();
    expect(await a.client.next('peer-left')).toMatchObject({ id: 'c' });
    expect(await a.client.next('peer-left')).toMatchObject({ id: 'b' });
  });

  it('the host leaves: the longest-present peer becomes the host, and all are told host-changed, once', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    const c = await joinMeeting(carol, room, { client_id: 'c' });
    expect(c.peers.host_id).toBe('a');
    await a.client.close();
    for (const { client } of [b, c]) {
      await client.next('peer-left');
      expect(await client.next('host-changed')).toEqual({ type: 'host-changed', host_id: 'b' });
    }
    await c.client.close();
    await b.client.next('peer-left');
    expect(await toldSoFar(b)).toEqual(['peer-joined']);
    const back = await joinMeeting(alice, room, { client_id: 'a' });
    expect(back.peers).toMatchObject({ host_id: 'b', peers: [{ id: 'b', is_host: true }], self: { is_host: false } });
  });

  it('nobody but the host leaves: the host stays', async () => {
    const a = await joinMeeting(alice, room);
    const b = await joinMeeting(bob, room);
    const c = await joinMeeting(carol, room);
    await b.client.close();
    for (const { client } of [a, c]) await client.next('peer-left');
    expect(await toldSoFar(a)).not.toContain('host-changed');
    expect(await toldSoFar(c)).toEqual([]);
  });
});

describe('offer, answer, candidate (6)', () => {
  it.each([
    ['offer', 'sdp', { type: 'offer', sdp: 'v=0\r\n' }],
    ['answer', 'sdp', 'v=0\r\n'],
    ['candidate', 'candidate', { candidate: 'candidate:1', sdpMid: '0' }],
    ['candidate', 'candidate', null],
  ])('%s goes to its target alone, with from and username, untouched', async (type, field, body) => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const [b, c] = [await joinMeeting(bob, room, { client_id: 'b' }), await joinMeeting(carol, room)];
    const forged = { from: 'c', username: 'root', user_id: carol.id };
    expect(await a.client.request({ type, to: 'b', [field]: body, ...forged })).toMatchObject({ type: 'ack' });
    expect(await b.client.next(type)).toEqual({ type, from: 'a', username: alice.username, [field]: body });
    for (const attendee of [a, c]) expect(await toldSoFar(attendee)).not.toContain(type);
  });

  it('the body is relayed byte for byte', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    const texts: string[] = [];
    b.client.ws.on('message', (data: Buffer) => texts.push(data.toString()));
    const body = '{ "sdp":"v=0", "n": 12345678901234567890, "x":1,  "x":2, "__proto__":{"a":1} }';
    a.client.sendText(`{"type":"offer","to":"b","sdp":${body}}`);
    await b.client.next('offer');
    expect(texts[0]).toContain(`"sdp":${body}`);
  });

  it('`to` is required, and a body that is something, of at most 32 KiB', async () => {
    const a = await joinMeeting(alice, room);
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    const bad = [
      { type: 'offer', sdp: {} },
      { type: 'offer', to: 7, sdp: {} },
      { type: 'offer', to: 'b' },
      { type: 'answer', to: 'b', sdp: null },
      { type: 'candidate', to: 'b' },
      { type: 'offer', to: 'b', sdp: 'x'.repeat(33 * 1024) },
    ];
    for (const command of bad) expect(await a.client.request(command)).toEqual(error('validation_failed'));
    await a.client.request({ type: 'offer', to: 'b', sdp: 'x'.repeat(32_766) });
    expect((await b.client.next('offer'))['sdp']).toHaveLength(32_766);
    expect(await toldSoFar(b)).toEqual([]);
  });

  it('a target that is not here is target_not_found, which the error names; so is oneself', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    for (const to of ['nobody', 'a', '__proto__'])
      expect(await a.client.request({ type: 'offer', to, sdp: {} })).toMatchObject({
        code: 'target_not_found',
        details: [{ field: 'to', problems: [`${to} is not here`] }],
      });
  });

  it('arrive in the order sent, a candidate never before its offer, and never before peer-joined', async () => {
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    a.client.send({ type: 'offer', to: 'b', sdp: {} });
    for (let n = 0; n < 40; n++) a.client.send({ type: 'candidate', to: 'b', candidate: { n } });
    await b.client.next((event) => event.type === 'candidate' && (event['candidate'] as { n: number }).n === 39);
    const types = b.client.seen.map(({ type }) => type).filter((type) => type !== 'peers');
    expect(types.slice(0, 2)).toEqual(['peer-joined', 'offer']);
    const numbers = b.client.seen.flatMap(({ candidate }) =>
      candidate === undefined ? [] : [(candidate as { n: number }).n],
    );
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });
});

describe('screen-share-started, screen-share-stopped (6)', () => {
  it('the others get the same with from and username, and late joiners see it in peers', async () => {
    const [a, b] = [await joinMeeting(alice, room, { client_id: 'a' }), await joinMeeting(bob, room)];
    const started = { type: 'screen-share-started', stream_id: 'screen-1' };
    expect(await a.client.request(started)).toMatchObject({ type: 'ack' });
    expect(await b.client.next('screen-share-started')).toEqual({ ...started, from: 'a', username: alice.username });
    const late = await joinMeeting(carol, room);
    expect(late.peers.peers[0]).toMatchObject({ id: 'a', screen_sharing: true, screen_stream_id: 'screen-1' });
    await a.client.request({ type: 'screen-share-stopped', stream_id: 'screen-1' });
    for (const { client } of [b, late])
      expect(await client.next('screen-share-stopped')).toEqual({
        type: 'screen-share-stopped',
        stream_id: 'screen-1',
        from: 'a',
        username: alice.username,
      });
    expect(await toldSoFar(a)).toEqual(['peer-joined', 'peer-joined']);
    expect((await joinMeeting(carol, room)).peers.peers[0]).toMatchObject({
      screen_sharing: false,
      screen_stream_id: null,
    });
  });

  it('stream_id may be left out', async () => {
    const [a, b] = [await joinMeeting(alice, room, { client_id: 'a' }), await joinMeeting(bob, room)];
    await a.client.request({ type: 'screen-share-started' });
    const username = alice.username;
    expect(await b.client.next('screen-share-started')).toEqual({ type: 'screen-share-started', from: 'a', username });
    expect(await a.client.request({ type: 'screen-share-stopped', stream_id: 7 })).toEqual(error('validation_failed'));
  });
});

describe('raise-hand, lower-hand (6)', () => {
  it('the others get the same with from and username, and late joiners see it in peers', async () => {
    const [a, b] = [await joinMeeting(alice, room), await joinMeeting(bob, room, { client_id: 'b' })];
    const username = bob.username;
    await b.client.request({ type: 'raise-hand' });
    expect(await a.client.next('raise-hand')).toEqual({ type: 'raise-hand', from: 'b', username });
    const late = await joinMeeting(carol, room);
    expect(late.peers.peers[1]).toMatchObject({ id: 'b', hand_raised: true });
    await b.client.request({ type: 'lower-hand', peer_id: 'b' });
    for (const { client } of [a, late])
      expect(await client.next('lower-hand')).toEqual({ type: 'lower-hand', from: 'b', username });
    expect(await toldSoFar(b)).toEqual(['peer-joined']);
  });

  it('the host may lower another’s hand, which everyone else is told, and late joiners see', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const [b, c] = [await joinMeeting(bob, room, { client_id: 'b' }), await joinMeeting(carol, room)];
    await b.client.request({ type: 'raise-hand' });
    await c.client.next('raise-hand');
    expect(await a.client.request({ type: 'lower-hand', peer_id: 'b' })).toMatchObject({ type: 'ack' });
    for (const { client } of [b, c])
      expect(await client.next('lower-hand')).toEqual({
        type: 'lower-hand',
        from: 'a',
        username: alice.username,
        peer_id: 'b',
      });
    expect((await joinMeeting(carol, room)).peers.peers[1]).toMatchObject({ id: 'b', hand_raised: false });
    for (const attendee of [a, b, c]) expect(await toldSoFar(attendee)).not.toContain('lower-hand');
    await b.client.request({ type: 'raise-hand' });
    expect(await c.client.next('raise-hand')).toMatchObject({ from: 'b' });
  });

  it('for all others another’s hand is forbidden, and nobody raises another’s', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    expect(await b.client.request({ type: 'lower-hand', peer_id: 'a' })).toEqual(error('forbidden'));
    expect(await a.client.request({ type: 'raise-hand', peer_id: 'b' })).toEqual(error('forbidden'));
    expect(await a.client.request({ type: 'lower-hand', peer_id: 'x' })).toEqual(error('target_not_found'));
    expect(await a.client.request({ type: 'lower-hand', peer_id: 7 })).toEqual(error('validation_failed'));
    for (const attendee of [a, b]) expect(await toldSoFar(attendee)).not.toContain('lower-hand');
  });
});

describe('media-state (6)', () => {
  it('the others get the same with from, and it is kept for late joiners', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a', media: { audio: true, codec: 'vp9' } });
    const b = await joinMeeting(bob, room);
    expect(await a.client.request({ type: 'media-state', audio: true, video: true })).toMatchObject({ type: 'ack' });
    expect(await b.client.next('media-state')).toEqual({ type: 'media-state', from: 'a', audio: true, video: true });
    const late = await joinMeeting(carol, room);
    expect(late.peers.peers[0]).toMatchObject({ media: { audio: true, video: true, codec: 'vp9' } });
    expect(await a.client.request({ type: 'media-state', audio: 1, video: true })).toEqual(error('validation_failed'));
    expect(await a.client.request({ type: 'media-state', audio: true })).toEqual(error('validation_failed'));
    expect(await toldSoFar(a)).toEqual(['peer-joined', 'peer-joined']);
  });
});

describe('client ids, replacement and grace are those of section 5 (6)', () => {
  it('the same user’s newer connection with the same id replaces the old one: 4409, and the others see no leave or join', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    await b.client.request({ type: 'raise-hand' });
    await a.client.next('raise-hand');
    const again = await joinMeeting(bob, room, { client_id: 'b', media: { audio: true } });
    expect((await b.client.closed).code).toBe(4409);
    expect(again.peers.self.order).toBe(b.peers.self.order);
    // What it shows now is other than before, and that they are told.
    expect(await toldSoFar(a)).toEqual(['peer-joined', 'lower-hand', 'media-state']);
  });

  it('what is meant for it within its grace is kept for it', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    await breakOff(app, room, b);
    await a.client.request({ type: 'offer', to: 'b', sdp: { n: 1 } });
    const again = await joinMeeting(bob, room, { client_id: 'b' });
    expect(await again.client.next('offer')).toMatchObject({ from: 'a', sdp: { n: 1 } });
    expect(await toldSoFar(a)).toEqual(['peer-joined']);
  });

  it('a host who comes back within the grace still is the host', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'b' });
    await breakOff(app, room, a);
    const again = await joinMeeting(alice, room, { client_id: 'a' });
    expect(again.peers).toMatchObject({ host_id: 'a', self: { is_host: true, order: a.peers.self.order } });
    expect(await toldSoFar(b)).toEqual([]);
  });

  it('another user is refused the id: forbidden, and 4403', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const client = await dialMeeting(bob, room);
    expect(await client.request({ type: 'join', client_id: 'a' })).toEqual(error('forbidden'));
    expect((await client.closed).code).toBe(4403);
    expect(await toldSoFar(a)).toEqual([]);
    expect(a.client.ws.readyState).toBe(a.client.ws.OPEN);
  });

  it('another tab with another id is another peer', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'tab-1' });
    const b = await joinMeeting(alice, room, { client_id: 'tab-2' });
    expect(b.peers.peers).toMatchObject([{ id: 'tab-1', user_id: alice.id }]);
    await a.client.request({ type: 'offer', to: 'tab-2', sdp: {} });
    expect(await b.client.next('offer')).toMatchObject({ from: 'tab-1' });
  });
});
