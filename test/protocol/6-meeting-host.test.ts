import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import { Meetings } from '../../src/signaling/meetings.service.js';
import {
  admittedOnly,
  breakOff,
  deserted,
  dialMeeting,
  gate,
  joined,
  joinMeeting,
  newMeeting,
  toldSoFar,
} from '../support/meeting.js';
import type { Attendee } from '../support/meeting.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let room: string;
beforeAll(async () => {
  app = await startTestApp({ env: { RECONNECT_GRACE_MS: '1000', WS_RATE_PER_SECOND: '0' } });
  [alice, bob, carol] = [await register(app, 'alice'), await register(app, 'bob'), await register(app, 'carol')];
});
afterAll(() => app.close());
beforeEach(() => {
  room = newMeeting();
});

const error = (code: string) => expect.objectContaining({ type: 'error', code });
const ack = expect.objectContaining({ type: 'ack' });

/** Alice, who is the host, and Bob. */
async function two(): Promise<[host: Attendee, guest: Attendee]> {
  const host = await joinMeeting(alice, room, { client_id: 'a' });
  const guest = await joinMeeting(bob, room, { client_id: 'b' });
  await host.client.next('peer-joined');
  return [host, guest];
}

async function refusedWith(code: string, client: SocketClient): Promise<void> {
  expect(await client.request({ type: 'join' })).toEqual(error(code));
}

describe('chat (6)', () => {
  it('the others get the line with id, from, username and created_at; the sender’s ack has its id', async () => {
    const [a, b] = await two();
    const answer = await a.client.request({ type: 'chat', content: '  Hello ', from: 'b', username: 'root' });
    const line = await b.client.next('chat');
    expect(line).toEqual({
      type: 'chat',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      from: 'a',
      username: alice.username,
      content: 'Hello',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(answer).toMatchObject({ type: 'ack', id: line['id'], created_at: line['created_at'] });
    expect(await toldSoFar(a)).toEqual([]);
  });

  it('content is 1 to 4000 code points after trimming', async () => {
    const [a, b] = await two();
    for (const content of ['', '  ', '😀'.repeat(4001), 7, undefined, 'a\0b', '\ud800'])
      expect(await a.client.request({ type: 'chat', content })).toEqual(error('validation_failed'));
    expect(await a.client.request({ type: 'chat', content: `${'😀'.repeat(4000)} ` })).toEqual(ack);
    expect((await b.client.next('chat'))['content']).toBe('😀'.repeat(4000));
  });

  it('the last 100 go to late joiners as chat-history, oldest first, right after peers', async () => {
    const [a, b] = await two();
    for (let n = 0; n < 105; n++) await (n % 2 ? a : b).client.request({ type: 'chat', content: `line ${n}` });
    const late = await joinMeeting(carol, room);
    const history = await late.client.next('chat-history');
    expect(late.client.seen.map(({ type }) => type)).toEqual(['peers', 'chat-history']);
    const messages = history['messages'] as { content: string; from: string }[];
    expect(messages.map(({ content }) => content)).toEqual(Array.from({ length: 100 }, (_, n) => `line ${n + 5}`));
    expect(messages[99]).toEqual({
      id: expect.any(String),
      from: 'b',
      username: bob.username,
      content: 'line 104',
      created_at: expect.any(String),
    });
  });

  it('there is no chat-history where nothing was said', async () => {
    const [, b] = await two();
    expect(await toldSoFar(b)).toEqual([]);
    expect(b.client.seen.map(({ type }) => type)).toEqual(['peers', 'pong']);
  });

  it('a line is told once, in the history or after it, to one who joins while it is said', async () => {
    const [a] = await two();
    const meetings = app.app.get(Meetings, { strict: false });
    for (const when of ['before the history is read', 'after the history is read']) {
      const [{ promise: isEntered, resolve: entered }, { promise: isSaid, resolve: said }] = [gate(), gate()];
      const history = vi.spyOn(meetings, 'history').mockImplementationOnce(async (roomId) => {
        const read = () => Meetings.prototype.history.call(meetings, roomId);
        const before = when.startsWith('after') ? await read() : undefined;
        entered();
        await isSaid;
        return before ?? read();
      });
      const joining = joinMeeting(carol, room);
      await isEntered;
      history.mockRestore();
      await a.client.request({ type: 'chat', content: when });
      said();
      const { client } = await joining;
      await client.untilMarker();
      const told = client.seen.flatMap((event) => [event, ...((event['messages'] ?? []) as ReceivedEvent[])]);
      expect(
        told.filter(({ content }) => content === when),
        when,
      ).toHaveLength(1);
    }
  });
});

describe('chat-enabled, chat-disabled (6)', () => {
  it('the others get the same with from, and chat is forbidden for all but the host meanwhile', async () => {
    const [a, b] = await two();
    expect(await a.client.request({ type: 'chat-disabled' })).toEqual(ack);
    expect(await b.client.next('chat-disabled')).toEqual({ type: 'chat-disabled', from: 'a' });
    expect(await b.client.request({ type: 'chat', content: 'psst' })).toEqual(error('forbidden'));
    expect(await a.client.request({ type: 'chat', content: 'silence, please' })).toEqual(ack);
    expect(await b.client.next('chat')).toMatchObject({ content: 'silence, please' });
    expect((await joinMeeting(carol, room)).peers.chat_enabled).toBe(false);
    expect(await a.client.request({ type: 'chat-enabled' })).toEqual(ack);
    expect(await b.client.next('chat-enabled')).toEqual({ type: 'chat-enabled', from: 'a' });
    expect(await b.client.request({ type: 'chat', content: 'thanks' })).toEqual(ack);
    expect(await toldSoFar(a)).toEqual(['peer-joined', 'chat']);
  });

  it('is for the host only, else forbidden; host rights go with the host', async () => {
    const [a, b] = await two();
    for (const type of ['chat-enabled', 'chat-disabled'])
      expect(await b.client.request({ type })).toEqual(error('forbidden'));
    await a.client.close();
    await b.client.next('host-changed');
    expect(await b.client.request({ type: 'chat-disabled' })).toEqual(ack);
  });
});

describe('mute-peer (6)', () => {
  it('mute-requested goes to the peer, from the host alone', async () => {
    const [a, b] = await two();
    const c = await joinMeeting(carol, room, { client_id: 'c' });
    expect(await a.client.request({ type: 'mute-peer', peer_id: 'b' })).toEqual(ack);
    const username = alice.username;
    expect(await b.client.next('mute-requested')).toEqual({ type: 'mute-requested', from: 'a', username });
    expect(await b.client.request({ type: 'mute-peer', peer_id: 'c' })).toEqual(error('forbidden'));
    expect(await toldSoFar(c)).toEqual([]);
    for (const peer_id of ['nobody', 'a'])
      expect(await a.client.request({ type: 'mute-peer', peer_id })).toEqual(error('target_not_found'));
    expect(await a.client.request({ type: 'mute-peer' })).toEqual(error('validation_failed'));
  });
});

describe('remove-peer (6)', () => {
  it('counts for the connection too that takes the place of the removed one at that very moment', async () => {
    const a = await joinMeeting(alice, room, { client_id: 'a' });
    const b = await joinMeeting(bob, room, { client_id: 'late' });
    const newer = await admittedOnly(app, room, bob);
    const { promise: mayMark, resolve: mark } = gate();
    const { promise: found, resolve: isFound } = gate();
    const { sets } = app.app.get(Cluster, { strict: false });
    const update = sets.update.bind(sets);
    const marking = vi.spyOn(sets, 'update').mockImplementationOnce(async (...entry) => {
      isFound();
      await mayMark;
      return update(...entry);
    });
    const removal = a.client.request({ type: 'remove-peer', peer_id: 'late' });
    await found;
    newer.enter();
    expect((await b.client.closed).code).toBe(4409);
    mark();
    expect(await removal).toEqual(ack);
    marking.mockRestore();
    expect((await newer.client.closed).code).toBe(4403);
    expect(await toldSoFar(a)).toEqual(['peer-joined', 'peer-left']);
  });

  it('the removed peer gets 4403, the others peer-left, and there is no way back while the meeting lives', async () => {
    const [a, b] = await two();
    const tab = await joinMeeting(bob, room, { client_id: 'b2' });
    await a.client.next('peer-joined');
    expect(await a.client.request({ type: 'remove-peer', peer_id: 'b' })).toEqual(ack);
    for (const { client } of [b, tab]) expect((await client.closed).code).toBe(4403);
    const left = [await a.client.next('peer-left'), await a.client.next('peer-left')];
    expect(left.map(({ id }) => id).sort()).toEqual(['b', 'b2']);
    for (const client_id of ['b', 'other']) {
      const client = await dialMeeting(bob, room);
      expect(await client.request({ type: 'join', client_id })).toEqual(error('forbidden'));
      expect((await client.closed).code).toBe(4403);
    }
    expect(await toldSoFar(a)).toEqual([]);
    await joinMeeting(carol, room, { client_id: 'c' });
    await a.client.close();
    await refusedWith('forbidden', await dialMeeting(bob, room));
  });

  it('is forgotten with the meeting', async () => {
    const [a] = await two();
    await a.client.request({ type: 'remove-peer', peer_id: 'b' });
    await a.client.request({ type: 'lock-room' });
    await a.client.request({ type: 'chat', content: 'all alone' });
    await a.client.request({ type: 'chat-disabled' });
    await a.client.close();
    const again = await joinMeeting(bob, room);
    expect(again.peers).toMatchObject({ peers: [], locked: false, chat_enabled: true, self: { is_host: true } });
    expect(await toldSoFar(again)).toEqual([]);
  });

  it('is forgotten also when the last one’s connection broke, and its grace is over', async () => {
    const [a] = await two();
    await a.client.request({ type: 'remove-peer', peer_id: 'b' });
    await a.client.request({ type: 'lock-room' });
    await breakOff(app, room, a);
    await refusedWith('forbidden', await dialMeeting(bob, room));
    await deserted(app, room);
    expect((await joinMeeting(bob, room)).peers).toMatchObject({ locked: false, self: { is_host: true } });
  });

  it('is for the host only; a peer that is not there is target_not_found, and oneself a conflict', async () => {
    const [a, b] = await two();
    expect(await b.client.request({ type: 'remove-peer', peer_id: 'a' })).toEqual(error('forbidden'));
    expect(await a.client.request({ type: 'remove-peer', peer_id: 'x' })).toEqual(error('target_not_found'));
    const own = await joinMeeting(alice, room, { client_id: 'a2' });
    for (const peer_id of ['a', own.id])
      expect(await a.client.request({ type: 'remove-peer', peer_id })).toEqual(error('conflict'));
    expect(await toldSoFar(b)).toEqual(['peer-joined']);
  });
});

describe('lock-room, unlock-room (6)', () => {
  it('a locked room refuses join with room_locked until it is unlocked', async () => {
    const [a, b] = await two();
    expect(await a.client.request({ type: 'lock-room' })).toEqual(ack);
    expect(await b.client.next('lock-room')).toEqual({ type: 'lock-room', from: 'a' });
    const client = await dialMeeting(carol, room);
    await refusedWith('room_locked', client);
    await refusedWith('room_locked', client);
    expect(await a.client.request({ type: 'unlock-room' })).toEqual(ack);
    expect(await b.client.next('unlock-room')).toEqual({ type: 'unlock-room', from: 'a' });
    expect(await joined(client)).toMatchObject({ locked: false });
  });

  it('a peer whose connection broke comes back to a locked room, also as the host', async () => {
    const [a, b] = await two();
    await a.client.request({ type: 'lock-room' });
    for (const [attendee, actor] of [
      [b, bob],
      [a, alice],
    ] as const) {
      await breakOff(app, room, attendee);
      const again = await joinMeeting(actor, room, { client_id: attendee.id });
      expect(again.peers).toMatchObject({ locked: true, host_id: 'a' });
    }
    await refusedWith('room_locked', await dialMeeting(bob, room));
  });

  it('is for the host only, else forbidden', async () => {
    const [a, b] = await two();
    for (const type of ['lock-room', 'unlock-room'])
      expect(await b.client.request({ type })).toEqual(error('forbidden'));
    expect(await toldSoFar(a)).toEqual([]);
  });

  it('counts for who was let in before it and enters after it was acknowledged, as a removal does', async () => {
    const [a, b] = await two();
    const late = await admittedOnly(app, room, carol);
    expect(await a.client.request({ type: 'lock-room' })).toEqual(ack);
    late.enter();
    expect(await late.client.next('error')).toEqual(error('room_locked'));
    await a.client.request({ type: 'unlock-room' });

    const removed = await admittedOnly(app, room, bob);
    expect(await a.client.request({ type: 'remove-peer', peer_id: b.id })).toEqual(ack);
    removed.enter();
    expect(await removed.client.next('error')).toEqual(error('forbidden'));
    expect((await removed.client.closed).code).toBe(4403);
    await a.client.untilMarker();
    const seen = (type: string) => a.client.seen.filter((event) => event.type === type).length;
    expect(seen('peer-joined')).toBe(seen('peer-left'));
  });
});
