import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dialMeeting, joinMeeting, newMeeting, toldSoFar } from '../support/meeting.js';
import type { Attendee } from '../support/meeting.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const CAPACITY = 6;
const BOUND = ['offer', 'answer', 'candidate', 'mute-peer', 'remove-peer'];

let app: TestApp;
let alice: Actor;
let bob: Actor;
let room: string;
let host: Attendee;
let guest: Attendee;
beforeAll(async () => {
  app = await startTestApp({
    env: { ROOM_MAX_PARTICIPANTS: String(CAPACITY), WS_RATE_PER_SECOND: '0', WS_MAX_CONNECTIONS_PER_USER: '0' },
  });
  [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
});
afterAll(() => app.close());
beforeEach(async () => {
  room = newMeeting();
  host = await joinMeeting(alice, room, { client_id: 'a' });
  guest = await joinMeeting(bob, room, { client_id: 'b' });
  await host.client.next('peer-joined');
});

describe('Meetings under abuse', () => {
  it('malformed commands get the named error, and nobody else is told anything', async () => {
    const odd: unknown[] = [null, 7, true, [], {}, '', 'x'.repeat(5000), { toString: 'x' }, '__proto__', 'constructor'];
    const types = ['offer', 'answer', 'candidate', 'screen-share-started', 'raise-hand', 'lower-hand', 'media-state'];
    for (const type of [...types, 'chat', 'mute-peer', 'remove-peer'])
      for (const value of odd) {
        const fields = { to: value, sdp: value, candidate: value, stream_id: value, peer_id: value, content: value };
        const answer = await guest.client.request({ type, ...fields, audio: value, video: value });
        expect(['ack', 'error']).toContain(answer.type);
        if (answer.type === 'error')
          expect(['validation_failed', 'target_not_found', 'forbidden']).toContain(answer['code']);
      }
    const told = await toldSoFar(host);
    for (const type of [...BOUND, 'mute-requested', 'peer-left', 'host-changed']) expect(told).not.toContain(type);
    for (const text of ['[]', 'null', '"join"', '{"type":7}', '{"type":"offer","to":"a","sdp":', '{"type":"no-such"}'])
      guest.client.sendText(text);
    const errors = (await guest.client.untilMarker()).filter(({ type }) => type === 'error');
    expect(errors.map(({ code }) => code)).toEqual([...Array<string>(5).fill('bad_json'), 'unknown_type']);
    expect(await toldSoFar(host)).toEqual([]);
  });

  it('nobody makes themselves the host, or speaks as another', async () => {
    const forged = { from: 'a', username: alice.username, user_id: alice.id, is_host: true, host_id: 'b', order: 0 };
    for (const type of ['chat-disabled', 'lock-room', 'unlock-room', 'host-changed', 'peers', 'peer-left'])
      expect(await guest.client.request({ type, ...forged }), type).toMatchObject({
        type: 'error',
        code: expect.stringMatching(/^(forbidden|unknown_type)$/),
      });
    expect(await guest.client.request({ type: 'remove-peer', peer_id: 'a', ...forged })).toMatchObject({
      code: 'forbidden',
    });
    await guest.client.request({ type: 'chat', content: 'it is me', ...forged, id: 'x', created_at: '1970' });
    expect(await host.client.next('chat')).toMatchObject({ from: 'b', username: bob.username });
    await guest.client.request({ type: 'media-state', audio: true, video: true, ...forged });
    expect(await host.client.next('media-state')).toEqual({ type: 'media-state', from: 'b', audio: true, video: true });
    await guest.client.request({ type: 'offer', to: 'a', sdp: {}, ...forged });
    expect(await host.client.next('offer')).toEqual({ type: 'offer', from: 'b', username: bob.username, sdp: {} });
    expect(await toldSoFar(host)).toEqual([]);
  });

  it('33 KiB of SDP go to nobody, and the connection stays (R2)', async () => {
    const sdp = { sdp: 'v'.repeat(33 * 1024) };
    for (const [type, field] of [
      ['offer', 'sdp'],
      ['answer', 'sdp'],
      ['candidate', 'candidate'],
    ] as const)
      expect(await guest.client.request({ type, to: 'a', [field]: sdp })).toMatchObject({
        code: 'validation_failed',
        details: [{ field }],
      });
    expect(await toldSoFar(host)).toEqual([]);
  });

  it('a peer of another meeting is out of reach, whatever names it (R1)', async () => {
    const other = newMeeting();
    const victim = await joinMeeting(bob, other, { client_id: 'victim' });
    for (const type of BOUND) {
      const fields = { to: 'victim', peer_id: 'victim', room_id: other, sdp: {}, candidate: {} };
      expect(await host.client.request({ type, ...fields })).toMatchObject({ code: 'target_not_found' });
    }
    const lower = { type: 'lower-hand', peer_id: 'victim', room_id: other };
    expect(await host.client.request(lower)).toMatchObject({ code: 'target_not_found' });
    await host.client.request({ type: 'lock-room', room_id: other });
    expect(await toldSoFar(victim)).toEqual([]);
    await joinMeeting(alice, other);
  });

  it('of 50 who join at the same moment just as many get in as there is room for, and of the others nobody is told', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => dialMeeting(bob, room)));
    const answers = await Promise.all(clients.map((client, n) => client.request({ type: 'join', client_id: `n${n}` })));
    expect(answers.filter(({ type }) => type === 'peers')).toHaveLength(CAPACITY - 2);
    expect(answers.filter(({ code }) => code === 'room_full')).toHaveLength(50 - CAPACITY + 2);
    const refused = clients.filter((_, n) => answers[n]?.type === 'error');
    for (const { closed } of refused) expect((await closed).code).toBe(4403);
    expect(await toldSoFar(host)).toEqual(Array<string>(CAPACITY - 2).fill('peer-joined'));
  });

  it('50 who join with one id at the same moment are one peer', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => dialMeeting(bob, room)));
    const joins = clients.map((client) => client.request({ type: 'join', client_id: 'one' }).catch(() => undefined));
    await Promise.all(joins);
    const late = await joinMeeting(alice, room, { client_id: 'late' });
    expect(late.peers.peers.map(({ id }) => id)).toEqual(['a', 'b', 'one']);
    expect((await toldSoFar(host)).filter((type) => type === 'peer-joined')).toHaveLength(2);
    const open = clients.filter(({ ws }) => ws.readyState === ws.OPEN);
    expect(open).toHaveLength(1);
  });
});
