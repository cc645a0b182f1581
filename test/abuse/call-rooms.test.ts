import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { callClient, callEventsBefore, joinCall, newCallRoom } from '../support/call-rooms.js';
import { gate } from '../support/meeting.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

it('who is removed from a call room before its join is answered is not told that it has joined', async () => {
  const [owner, alice] = [await register(app, 'owner'), await register(app, 'alice')];
  const [before, room] = [newCallRoom(), newCallRoom()];
  expectOk(await owner.api.put(`/calls/${room}/rule`, { access: 'anyone' }));
  const client = await callClient(app, alice);
  await joinCall(client, before);
  const { promise: mayLeave, resolve: leave } = gate();
  const { promise: isLeaving, resolve: leaving } = gate();
  const { sets } = app.app.get(Cluster, { strict: false });
  const stock = sets.leave.bind(sets);
  const held = vi.spyOn(sets, 'leave').mockImplementationOnce(async (...entry) => {
    leaving();
    await mayLeave;
    return stock(...entry);
  });
  const join = client.request('webrtc:join-room', { callRoomId: room });
  await isLeaving;
  held.mockRestore();
  expectOk(await owner.api.delete(`/calls/${room}/participants/${client.id}`));
  await client.until('webrtc:room-left', ({ callRoomId }) => callRoomId === room);
  leave();
  expect(await join).toMatchObject({ success: false, code: 'forbidden' });
  expect((await callEventsBefore(client)).filter(({ event }) => event === 'webrtc:room-joined')).toEqual([]);
  const signal = { callRoomId: room, candidate: { n: 1 } };
  expect(await client.request('webrtc:ice-candidate', signal)).toMatchObject({ code: 'room_not_found' });
  client.close();
});

it('who leaves the group that a call room is bound to while joining the room does not stay in it', async () => {
  const { owner, members, groupId } = await channelScene(app, { members: ['dora'] });
  const room = newCallRoom();
  const [o, d] = [await callClient(app, owner), await callClient(app, members.dora)];
  await joinCall(o, room, { metadata: { groupId } });
  const { promise: mayEnter, resolve: enter } = gate();
  const { promise: isAdmitted, resolve: admitted } = gate();
  const rooms = app.app.get(SignalingRooms, { strict: false });
  const entering = vi.spyOn(rooms, 'enter').mockImplementationOnce(async (entry) => {
    admitted();
    await mayEnter;
    return SignalingRooms.prototype.enter.call(rooms, entry);
  });
  const join = d.request('webrtc:join-room', { callRoomId: room });
  await isAdmitted;
  entering.mockRestore();
  expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.dora.id}`));
  enter();
  expect(await join).toMatchObject({ success: false, code: 'forbidden' });
  await o.until('webrtc:participant-left', ({ participantCount }) => participantCount === 1);
  for (const client of [o, d]) client.close();
});
