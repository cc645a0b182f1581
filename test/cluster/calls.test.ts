import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callClient, callEventsBefore, callOf, heardFrom, joinCall, newCallRoom } from '../support/call-rooms.js';
import { eventually } from '../support/eventually.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketIoClient } from '../support/socket-io-client.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
/** The participants of a node that died leave within the time that its lease takes to end. */
const DEATH_MS = 30_000;

let cluster: NodeCluster;
let actors: [Actor, Actor, Actor];
const open: SocketIoClient[] = [];

beforeAll(async () => {
  cluster = await NodeCluster.start({ env: { ROOM_MAX_PARTICIPANTS: '10' } });
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => register(cluster.node(0), name));
  actors = await Promise.all([alice!, bob!, carol!]);
}, MINUTE_MS);
afterAll(() => cluster.stop());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

const dial = async (actor: Actor, node: number, transport?: string) => {
  const client = await callClient(cluster.node(node), actor, transport);
  open.push(client);
  return client;
};
/** A client of each user, each on a node of its own. */
const three = () => Promise.all([dial(actors[0], 0), dial(actors[1], 1, 'polling'), dial(actors[2], 2)]);

describe('a call room on three nodes (7.1)', () => {
  it('is one room: its participants, its orders, its metadata', async () => {
    const room = newCallRoom();
    const clients = await three();
    const joined = await callOf(room, ...clients);
    expect(joined.map(({ participantCount }) => participantCount)).toEqual([1, 2, 3]);
    const [first, second, third] = joined.map(({ order }) => order as number);
    expect(first).toBeLessThan(second!);
    expect(second).toBeLessThan(third!);
    for (const { metadata } of joined) expect(metadata).toEqual(joined[0]?.['metadata']);
    const known = (joined[2]?.['existingParticipants'] as { socketId: string }[]).map(({ socketId }) => socketId);
    expect(known).toEqual([clients[0].id, clients[1].id]);
  });

  it('tells each of those who join at the same moment of each other one once, and counts them so', async () => {
    const room = newCallRoom();
    const clients = await Promise.all(Array.from({ length: 8 }, (_, n) => dial(actors[n % 3]!, n < 5 ? 0 : n % 3)));
    const joined = await Promise.all(clients.map((client) => joinCall(client, room)));
    const socketIdsOf = (participants: unknown) =>
      (participants as { socketId: string }[]).map(({ socketId }) => socketId);
    for (const [index, client] of clients.entries()) {
      const known = socketIdsOf(joined[index]!['existingParticipants']);
      while (known.length < clients.length - 1) {
        const [{ participant, participantCount }] = await client.next('webrtc:participant-joined');
        known.push(...socketIdsOf([participant]));
        expect(participantCount).toBe(known.length + 1);
      }
      const others = clients.map(({ id }) => id).filter((id) => id !== client.id);
      expect(known.sort()).toEqual(others.sort());
      expect(client.seen[0]?.event).toBe('webrtc:room-joined');
      expect(await callEventsBefore(client)).toEqual([]);
    }
  });

  it('relays to one, and to all others, in the order sent', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    a.emit('webrtc:offer', { callRoomId: room, targetSocketId: b.id, offer: { n: 0 } });
    for (let n = 1; n <= 50; n += 1) a.emit('webrtc:ice-candidate', { callRoomId: room, candidate: { n } });
    expect(await b.next('webrtc:offer')).toMatchObject([{ fromSocketId: a.id, fromUserId: actors[0].id }]);
    for (const client of [b, c])
      for (let n = 1; n <= 50; n += 1)
        expect(await client.next('webrtc:ice-candidate')).toMatchObject([{ candidate: { n } }]);
    expect(c.seen.map(({ event }) => event)).not.toContain('webrtc:offer');
  });

  it('a candidate for one who has just left another node is dropped silently, and a leave is told once', async () => {
    const room = newCallRoom();
    const [a, b, c] = await three();
    await callOf(room, a, b, c);
    const { id } = b;
    b.close();
    await a.next('webrtc:participant-left');
    const gone = { callRoomId: room, targetSocketId: id, candidate: {} };
    expect(await a.request('webrtc:ice-candidate', gone)).toMatchObject({ success: true });
    expect((await heardFrom(a, c, room)).map(({ event }) => event)).toEqual([]);
  });

  it('50 joins at once on three nodes never pass the limit (R3)', async () => {
    const room = newCallRoom();
    const clients = await Promise.all(Array.from({ length: 50 }, (_, n) => dial(actors[n % 3]!, n)));
    const answers = await Promise.all(
      clients.map((client) => client.request('webrtc:join-room', { callRoomId: room })),
    );
    expect(answers.filter(({ success }) => success)).toHaveLength(10);
    expect(new Set(answers.flatMap(({ code }) => code ?? []))).toEqual(new Set(['room_full']));
  });

  it('two who make a room at the same moment with other metadata agree on one', async () => {
    for (let round = 0; round < 10; round += 1) {
      const room = newCallRoom();
      const [a, b, c] = await three();
      await Promise.all([a, b].map((client, n) => joinCall(client, room, { metadata: { maker: n } })));
      const metadataFor = async (client: SocketIoClient) => (await joinCall(client, room))['metadata'];
      const told = await metadataFor(c);
      await eventually(async () => {
        expect(await metadataFor(a)).toEqual(told);
        expect(await metadataFor(b)).toEqual(told);
        return true;
      });
    }
  });
});

describe('what ends elsewhere ends here', () => {
  it('a removal from the group that the room is bound to', async () => {
    const { owner, members, groupId } = await channelScene(cluster.node(0), { members: ['dora'] });
    const room = newCallRoom();
    const [o, d] = [await dial(owner, 1), await dial(members.dora, 2)];
    await joinCall(o, room, { metadata: { groupId } });
    await joinCall(d, room);
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.dora.id}`));
    expect(await d.next('webrtc:room-left')).toEqual([{ callRoomId: room }]);
    expect(await o.next('webrtc:participant-left')).toMatchObject([{ participant: { socketId: d.id } }]);
  });

  it('a session: session_ended { code } and a disconnect (A11)', async () => {
    const dave = await register(cluster.node(0), 'dave');
    const [websocket, polling] = [await dial(dave, 1), await dial(dave, 2, 'polling')];
    expectOk(await dave.api.post('/auth/logout', {}));
    for (const client of [websocket, polling]) {
      expect(await client.next('session_ended')).toEqual([{ code: 'invalid_token' }]);
      expect(await client.disconnected).toBe('io server disconnect');
    }
  });
});

describe('polling needs sticky sessions at the proxy (7)', () => {
  it('a poll at the wrong node is refused', async () => {
    const at = (node: number, sid = '') =>
      fetch(`${cluster.node(node).url}/socket.io/?EIO=4&transport=polling${sid && `&sid=${sid}`}`);
    const { sid } = JSON.parse((await (await at(0)).text()).slice(1)) as { sid: string };
    const wrong = await at(1, sid);
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toEqual({ code: 1, message: 'Session ID unknown' });
  });
});

describe('trouble', () => {
  it(
    'while Redis is away rooms go on per node; when it is back, the halves are joined, earlier comers first',
    async () => {
      const room = newCallRoom();
      const [a, b, c] = await three();
      await joinCall(a, room);
      cluster.redis.freeze();
      const again = await dial(actors[0], 0);
      expect(await joinCall(again, room)).toMatchObject({ participantCount: 2 });
      a.emit('webrtc:offer', { callRoomId: room, targetSocketId: again.id, offer: {} });
      await again.next('webrtc:offer');
      const other = await joinCall(c, room);
      expect(other).toMatchObject({ participantCount: 1 });
      cluster.redis.thaw();
      await eventually(() => c.seen.some(({ args: [event] }) => event?.['participantCount'] === 3), DEATH_MS);
      await eventually(() => a.seen.some(({ args: [event] }) => event?.['participantCount'] === 3), DEATH_MS);
      await eventually(async () => {
        const { participantCount, existingParticipants } = await joinCall(b, room);
        const ids = (existingParticipants as { socketId: string }[]).map(({ socketId }) => socketId);
        expect(participantCount).toBe(4);
        expect(ids[0]).toBe(a.id);
        expect(new Set(ids)).toEqual(new Set([a.id, again.id, c.id]));
        return true;
      }, DEATH_MS);
    },
    MINUTE_MS,
  );

  it(
    'the participants of a node that dies leave, and a rejoin gives the whole roster (R4)',
    async () => {
      const room = newCallRoom();
      const [a, b, c] = await three();
      await callOf(room, a, b, c);
      const { id } = c;
      await cluster.node(2).crash();
      const gone = () =>
        a.seen.some(
          ({ event, args: [left] }) =>
            event === 'webrtc:participant-left' && (left?.['participant'] as { socketId: string }).socketId === id,
        );
      await eventually(gone, DEATH_MS);
      await cluster.node(2).start();
      const back = await dial(actors[2], 2);
      expect(await joinCall(back, room)).toMatchObject({ participantCount: 3 });
    },
    MINUTE_MS,
  );
});
