import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callClient, callOf, joinCall, newCallRoom } from '../support/call-rooms.js';
import { eventually } from '../support/eventually.js';
import { metricsOf } from '../support/metrics.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const SDP = 'v=0 what the two of them alone may know';
const FAULT = new Error('a fault of ours');

let app: TestApp;
let actors: Actor[];
const open: SocketIoClient[] = [];
const lines: string[] = [];

beforeAll(async () => {
  app = await startTestApp({
    env: { LOG_LEVEL: 'trace', WS_RATE_PER_SECOND: '0' },
    logDestination: { write: (line) => lines.push(line) },
  });
  actors = await Promise.all([register(app, 'alice'), register(app, 'bob'), register(app, 'carol')]);
});
afterAll(async () => {
  for (const client of open) client.close();
  await app.close();
});

const dial = async (n: number, transport?: string) => {
  const client = await callClient(app, actors[n]!, transport);
  open.push(client);
  return client;
};
/** The lines of the log that name this room. */
const linesOf = (room: string) =>
  lines
    .filter((line) => line.includes(room))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg !== 'request');
const stepsOf = (room: string) => linesOf(room).filter(({ level }) => level === 'info');
const refusalsOf = (room: string) => linesOf(room).filter(({ level }) => level === 'warn');

describe.each(['websocket', 'polling'])('the log of a call room over %s (7.1)', (transport) => {
  it('has one info line when it is made, joined, left, removed, with room_id, namespace and socket id', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(0, transport), await dial(1, transport)];
    await callOf(room, a, b);
    const [first, second] = [a.id, b.id];
    await b.request('webrtc:leave-room', { callRoomId: room });
    a.close();
    await eventually(() => stepsOf(room).at(-1)?.['msg'] === 'room removed');
    expect(stepsOf(room).map(({ msg, socket_id }) => [msg, socket_id])).toEqual([
      ['room made', first],
      ['joined a room', first],
      ['joined a room', second],
      ['left a room', second],
      ['left a room', first],
      ['room removed', first],
    ]);
    for (const line of stepsOf(room)) {
      expect(line).toMatchObject({ room_kind: 'call', room_id: room, namespace: '/' });
      expect(line).not.toHaveProperty('client_id');
    }
  });

  it('has one debug line for each relay: room, from, to, kind; never SDP, nor a candidate', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(0, transport), await dial(1, transport)];
    await callOf(room, a, b);
    const to = { callRoomId: room, targetSocketId: b.id };
    a.emit('webrtc:offer', { ...to, offer: { type: 'offer', sdp: SDP } });
    b.emit('webrtc:answer', { callRoomId: room, targetSocketId: a.id, answer: { type: 'answer', sdp: SDP } });
    a.emit('webrtc:ice-candidate', { callRoomId: room, candidate: { candidate: SDP } });
    await b.next('webrtc:ice-candidate');
    await a.next('webrtc:answer');
    const relays = linesOf(room).filter(({ level }) => level === 'debug');
    const line = { msg: 'relayed', room_kind: 'call', room_id: room };
    expect(relays.sort((x, y) => String(x['kind']).localeCompare(String(y['kind'])))).toEqual(
      [
        { ...line, from: b.id, to: a.id, kind: 'answer' },
        { ...line, from: a.id, kind: 'ice-candidate' },
        { ...line, from: a.id, to: b.id, kind: 'offer' },
      ].map((expected) => expect.objectContaining(expected) as object),
    );
    // Refused ones, and those with which something is wrong, are no exception.
    for (const target of [to, { callRoomId: newCallRoom(), targetSocketId: b.id }, { callRoomId: 7 }])
      for (const body of [SDP, { sdp: SDP }, [SDP], { sdp: SDP.repeat(1000) }])
        await a.request('webrtc:offer', { ...target, offer: body });
    expect(lines.join('')).not.toContain('alone may know');
  });
});

describe('a refused cross-room signal (7.1)', () => {
  it('is a warning with the room, the socket, and what it named; it is counted', async () => {
    const [mine, theirs] = [newCallRoom(), newCallRoom()];
    const [a, b] = [await dial(0), await dial(1)];
    await joinCall(a, mine);
    await joinCall(b, theirs);
    const count = async (name: string) => (await metricsOf(app.url)).get(name) ?? 0;
    const counts = () =>
      Promise.all([
        count('parley_call_signals_refused_total'),
        count('parley_room_refused_signals_total{kind="call"}'),
      ]);
    const [across, strangers] = await counts();
    const offer = { sdp: SDP };
    await a.request('webrtc:offer', { callRoomId: theirs, targetSocketId: b.id, offer });
    await a.request('webrtc:offer', { callRoomId: mine, targetSocketId: b.id, offer });
    await a.request('webrtc:offer', { callRoomId: mine, targetSocketId: 'on-no-node-of-ours', offer });
    const line = { context: 'CallRooms', namespace: '/', socket_id: a.id, room_id: mine };
    expect(refusalsOf(mine)).toMatchObject([
      { ...line, msg: 'a signal to another room', named: theirs },
      { ...line, msg: 'a signal to somebody who is not in the room', target: b.id, target_room_id: theirs },
      { ...line, msg: 'a signal to somebody who is not in the room', target: 'on-no-node-of-ours' },
    ]);
    expect(await counts()).toEqual([across + 3, strangers + 2]);
  });

  it('is none when the target has just left, or is oneself', async () => {
    const room = newCallRoom();
    const [a, b] = [await dial(0), await dial(1)];
    await callOf(room, a, b);
    await b.request('webrtc:leave-room', { callRoomId: room });
    await a.next('webrtc:participant-left');
    for (const targetSocketId of [b.id, a.id]) {
      const answer = await a.request('webrtc:offer', { callRoomId: room, targetSocketId, offer: {} });
      expect(answer).toMatchObject({ success: false, code: 'participant_not_found' });
    }
    expect(refusalsOf(room)).toEqual([]);
  });
});

describe('a line about a fault of ours (7.1)', () => {
  it('has the room_id and the socket id of its connection', async () => {
    const room = newCallRoom();
    const [a] = [await dial(0)];
    await joinCall(a, room);
    const frozen = vi.spyOn(Object, 'freeze').mockImplementationOnce(() => {
      throw FAULT;
    });
    const answer = await a.request('webrtc:ice-candidate', { callRoomId: room, candidate: {} });
    frozen.mockRestore();
    expect(answer).toMatchObject({ success: false, code: 'internal' });
    expect(linesOf(room).filter(({ level }) => level === 'error')).toMatchObject([
      { msg: 'event failed', namespace: '/', socket_id: a.id, room_id: room, error_id: answer['error_id'] },
    ]);
  });
});
