import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import { ConnectionAuthenticator } from '../../src/realtime/connection-authenticator.js';
import { Connection } from '../../src/realtime/connection.js';
import { RoomAccess } from '../../src/signaling/room-access.js';
import { roomScope } from '../../src/signaling/room-seat.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { eventually } from '../support/eventually.js';
import { enterRoom, heardBefore, newRoom, roomOf } from '../support/room-scene.js';
import { register, typesOf } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const FAULT = new Error('a fault of ours');

let app: TestApp;
let log = '';
let alice: Actor;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  const logDestination = new Writable({
    write: (chunk: Buffer, _, done) => {
      log += chunk.toString();
      done();
    },
  });
  app = await startTestApp({
    env: { RECONNECT_GRACE_MS: '300', LOG_LEVEL: 'debug', GUESTS_ENABLED: '1' },
    logDestination,
  });
  [alice, bob, carol] = [await register(app, 'alice'), await register(app, 'bob'), await register(app, 'carol')];
});
afterAll(() => app.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const sets = () => app.app.get(Cluster).sets;
const inRoom = async (room: string) =>
  (await app.app.get(SignalingRooms).read(roomScope('room', room))).map(({ member }) => member);

/** Counts the clean-ups of a client in the set of its room. */
function cleanUps(member: string): () => number {
  const leave = vi.spyOn(sets(), 'leave');
  return () => leave.mock.calls.filter(([, who]) => who === member).length;
}

/** The lines of the log about a room. */
const linesOf = (room: string) =>
  log
    .split('\n')
    .filter((line) => line.includes(room))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a connection whose life fails at some step is cleaned up once, and told of truly (5)', () => {
  it.each([
    [
      'authentication',
      () => vi.spyOn(app.app.get(ConnectionAuthenticator), 'authenticate').mockRejectedValueOnce(FAULT),
    ],
    ['the rule of who may join', () => vi.spyOn(app.app.get(RoomAccess), 'admit').mockRejectedValueOnce(FAULT)],
    ['entering', () => vi.spyOn(sets(), 'join').mockRejectedValueOnce(FAULT)],
  ])('at %s: 1011, and nobody is told of a join', async (_, fail) => {
    const room = newRoom();
    const [a, c] = await roomOf(room, alice, carol);
    const cleaned = cleanUps('failing');
    fail();
    const failing = await bob.dial(`/ws/${room}`, { client_id: 'failing' });
    expect(await failing.closed).toMatchObject({ code: 1011 });
    expect(await inRoom(room)).toEqual([a.id, c.id]);
    expect(await heardBefore(a, c)).toEqual([]);
    expect(cleaned()).toBe(0);
  });

  it('at the first frame: 1011, and one user_left when the grace is over', async () => {
    const room = newRoom();
    const [a, c] = await roomOf(room, alice, carol);
    const cleaned = cleanUps('failing');
    const send = vi.spyOn(Connection.prototype, 'send').mockImplementation(function (this: Connection, event) {
      if (event.type === 'users_in_room') throw FAULT;
    });
    const failing = await bob.dial(`/ws/${room}`, { client_id: 'failing' });
    expect(await failing.closed).toMatchObject({ code: 1011 });
    send.mockRestore();
    expect(typesOf([await a.client.next(), await a.client.next()])).toEqual(['user_joined', 'user_left']);
    expect(await heardBefore(a, c)).toEqual([]);
    expect(cleaned()).toBe(1);
  });

  it.each(['offer', 'answer', 'ice_candidate', 'data'])(
    'at a handler, %s: internal, and the connection stays; its end is told once',
    async (type) => {
      const room = newRoom();
      const [a, b, c] = await roomOf(room, alice, bob, carol);
      const cleaned = cleanUps(b.id);
      const publish = vi.spyOn(Object, 'freeze').mockImplementationOnce(() => {
        throw FAULT;
      });
      const field = type === 'ice_candidate' ? 'candidate' : type;
      const answer = b.client.request({ type, [field]: {} });
      expect(await answer).toMatchObject({ type: 'error', code: 'internal', error_id: expect.any(String) });
      publish.mockRestore();
      expect(await b.client.request({ type, [field]: {} })).toMatchObject({ type: 'ack' });
      await b.client.close();
      expect(typesOf([await a.client.next(), await a.client.next()])).toEqual([type, 'user_left']);
      expect(await heardBefore(a, c)).toEqual([]);
      expect(cleaned()).toBe(1);
    },
  );

  it('at a frame to one of them: the others are told all the same', async () => {
    const room = newRoom();
    const [a, b, c] = await roomOf(room, alice, bob, carol);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the connection below
    const original = Connection.prototype.sendFrame;
    const send = vi.spyOn(Connection.prototype, 'sendFrame').mockImplementation(function (this: Connection, ...args) {
      if (this.clientId === a.id) throw FAULT;
      original.apply(this, args);
    });
    await b.client.close();
    expect(await c.client.next()).toMatchObject({ type: 'user_left', client_id: b.id });
    send.mockRestore();
    expect(await heardBefore(a, c)).toEqual([]);
  });

  it('at leaving: it is tried again, and user_left comes once', async () => {
    const room = newRoom();
    const [a, b, c] = await roomOf(room, alice, bob, carol);
    vi.spyOn(sets(), 'leave').mockRejectedValueOnce(FAULT);
    await b.client.close();
    expect(await a.client.next()).toMatchObject({ type: 'user_left', client_id: b.id });
    expect(await heardBefore(a, c)).toEqual([]);
    expect(await inRoom(room)).toEqual([a.id, c.id]);
  });

  it('by a client that goes before it is let in: nobody stays in the room', async () => {
    const room = newRoom();
    const [a, c] = await roomOf(room, alice, carol);
    const hasty = Array.from({ length: 20 }, async (_, n) => {
      const client = await bob.dial(`/ws/${room}`, { client_id: `hasty-${n}` });
      if (n % 2 === 0) client.terminate();
      else void client.close();
      await client.closed;
    });
    await Promise.all(hasty);
    await eventually(async () => (await inRoom(room)).length === 2);
    const told = await heardBefore(a, c);
    const of = (type: string) => told.filter((event) => event.type === type).map(({ client_id }) => client_id);
    expect(of('user_left').sort()).toEqual(of('user_joined').sort());
    expect(new Set(of('user_left')).size).toBe(of('user_left').length);
  });
});

describe('who may join, and who is sent away (5)', () => {
  it('an owner’s rule counts: the client is told why, and gets 4403', async () => {
    const room = newRoom();
    const [a] = await roomOf(room, alice);
    const { RoomLocked } = await import('../../src/signaling/room-access.errors.js');
    vi.spyOn(app.app.get(RoomAccess), 'admit').mockRejectedValueOnce(new RoomLocked());
    const late = await bob.dial(`/ws/${room}`);
    await late.next('auth_success');
    expect(await late.next()).toMatchObject({ type: 'error', code: 'room_locked' });
    expect(await late.closed).toMatchObject({ code: 4403 });
    expect(await a.client.untilMarker()).toEqual([]);
  });

  it('one who is removed gets 4403, and the others user_left, once', async () => {
    const room = newRoom();
    const [a, b, c] = await roomOf(room, alice, bob, carol);
    expect(await app.app.get(SignalingRooms).remove(roomScope('room', room), b.id, 'removed')).toBe(true);
    expect(await b.client.closed).toMatchObject({ code: 4403, reason: 'removed' });
    expect(await a.client.next()).toMatchObject({ type: 'user_left', client_id: b.id });
    expect(await heardBefore(a, c)).toEqual([]);
  });

  it('a guest enters by `join`, under a name and a client id of its own (1.1)', async () => {
    const room = newRoom();
    const [a] = await roomOf(room, alice);
    const guest = await SocketClient.connect(`${app.wsUrl}/ws/${room}`);
    await guest.next('auth_required');
    guest.send({ type: 'join', clientId: 'tablet' });
    const { user, client_id } = await guest.next('auth_success');
    expect(await guest.next('users_in_room')).toMatchObject({ order: 2, users: [{ client_id: a.id }] });
    expect(await a.client.next()).toMatchObject({ type: 'user_joined', client_id, username: user });
    guest.send({ type: 'offer', offer: {}, to: a.id });
    expect(await a.client.next()).toMatchObject({ type: 'offer', from: client_id, username: user });
    await guest.close();
    expect(await a.client.next()).toMatchObject({ type: 'user_left', client_id, username: user });
  });
});

describe('the log (5)', () => {
  it('has one info line when a room is made, joined, left, removed, with room_id and client_id', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    const again = await enterRoom(bob, room, b.id);
    await again.client.close();
    await a.client.next('user_left');
    await a.client.close();
    const lines = await eventually(() => {
      const found = linesOf(room).filter(({ level }) => level === 30 || level === 'info');
      return found.at(-1)?.['msg'] === 'room removed' && found;
    });
    expect(lines.map(({ msg, client_id }) => [msg, client_id])).toEqual([
      ['room made', a.id],
      ['joined a room', a.id],
      ['joined a room', b.id],
      ['took over a seat', b.id],
      ['left a room', b.id],
      ['left a room', a.id],
      ['room removed', a.id],
    ]);
    for (const line of lines) expect(line).toMatchObject({ room_id: room, room_kind: 'room' });
  });

  it('has one debug line for each relay: room, from, to, kind, and never the body', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    a.client.send({ type: 'offer', offer: { sdp: 'v=0 a secret of the two' }, to: b.id });
    a.client.send({ type: 'ice_candidate', candidate: { candidate: 'a secret of the two' } });
    expect(typesOf([await b.client.next(), await b.client.next()])).toEqual(['offer', 'ice_candidate']);
    const relays = linesOf(room).filter(({ msg }) => msg === 'relayed');
    expect(relays).toMatchObject([
      { room_id: room, from: a.id, to: b.id, kind: 'offer' },
      { room_id: room, from: a.id, kind: 'ice_candidate' },
    ]);
    expect(log).not.toContain('a secret of the two');
  });

  it('has room_id and client_id on every line of such a connection, one about a fault too', async () => {
    const room = newRoom();
    const [a, b] = await roomOf(room, alice, bob);
    const frozen = vi.spyOn(Object, 'freeze').mockImplementationOnce(() => {
      throw FAULT;
    });
    const { error_id } = await a.client.request({ type: 'data', data: 1 });
    frozen.mockRestore();
    vi.spyOn(sets(), 'leave').mockRejectedValue(FAULT);
    await b.client.close();
    const ofConnections = await eventually(() => {
      const found = linesOf(room).filter(({ msg }) => msg === 'command failed' || msg === 'departure failed');
      return found.length === 2 && found;
    }, 10_000);
    expect(ofConnections).toMatchObject([
      { level: 'error', room_id: room, client_id: a.id, error_id },
      { level: 'error', room_id: room, client_id: b.id },
    ]);
    for (const line of linesOf(room).filter(({ msg }) => msg !== 'relayed'))
      expect(line).toMatchObject({ room_id: room, client_id: expect.any(String) });
  });
});
