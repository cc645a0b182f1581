import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import type { RedisBackplane } from '../../src/cluster/internal/redis/redis-backplane.js';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTwoNodes } from './support/two-nodes.js';
import type { TwoNodes } from './support/two-nodes.js';

const GRACE_MS = 600;

let redis: RedisServer;
let nodes: TwoNodes;
beforeAll(async () => {
  redis = await RedisServer.start();
  nodes = await startTwoNodes({ REDIS_URL: redis.url, RECONNECT_GRACE_MS: String(GRACE_MS) });
});
afterAll(async () => {
  await nodes.close();
  await redis.stop();
});

const isPresence = ({ type }: ReceivedEvent) => type === 'user_joined' || type === 'user_left';

/** What a socket was told of a user. */
const toldOf = (socket: SocketClient, { id }: Actor) =>
  socket.seen.filter((event) => isPresence(event) && event['user_id'] === id).map(({ type }) => type);

async function scene(type: 'TEXT' | 'VOICE' = 'TEXT') {
  const { members, ...rest } = await channelScene(nodes.a, { members: ['alice', 'bob', 'carol'], type });
  const onB = { alice: members.alice.on(nodes.b), bob: members.bob.on(nodes.b), carol: members.carol.on(nodes.b) };
  return { onA: members, onB, ...rest };
}

/** Somebody comes and goes on the other node: what is told before that is all that was told. */
async function marker(watcher: SocketClient, actor: Actor, channelId: string): Promise<void> {
  const socket = await actor.channel(channelId);
  await eventually(() => toldOf(watcher, actor).includes('user_joined'));
  await socket.close();
  await eventually(() => toldOf(watcher, actor).includes('user_left'));
}

describe('presence across nodes (2)', () => {
  it('online_users names the users of all nodes, first of all frames, oneself too', async () => {
    const { onA, onB, channelId } = await scene();
    await onA.alice.channel(channelId);
    await onB.bob.channel(channelId);
    for (const carol of [onA.carol, onB.carol]) {
      const { seen } = await carol.channel(channelId);
      expect(seen[0]).toEqual({
        type: 'online_users',
        users: [onA.alice.id, onA.bob.id, onA.carol.id],
        total: 3,
        channel_id: channelId,
      });
    }
    for (const { api } of [onA.alice, onB.alice]) {
      const online = expectOk(await api.get(`/channels/${channelId}/presence`)) as { users: unknown[]; total: number };
      expect(online.total).toBe(3);
    }
  });

  it('tells of a user once for all nodes: for the first connection, and after the last', async () => {
    const { owner, onA, onB, channelId } = await scene();
    const [alice, watcher] = [await onA.alice.channel(channelId), await onB.carol.channel(channelId)];
    const [one, two] = [await onA.bob.channel(channelId), await onB.bob.channel(channelId)];
    await eventually(() => toldOf(alice, onA.bob).length === 1 && toldOf(watcher, onA.bob).length === 1);
    await one.close();
    await marker(alice, owner.on(nodes.b), channelId);
    expect(toldOf(alice, onA.bob)).toEqual(['user_joined']);
    await two.close();
    for (const socket of [alice, watcher]) {
      await eventually(() => toldOf(socket, onA.bob).length === 2);
      expect(toldOf(socket, onA.bob)).toEqual(['user_joined', 'user_left']);
    }
    for (const socket of [one, two]) expect(toldOf(socket, onA.bob)).toEqual([]);
  });

  it('one whose connection broke comes back at the other node within the grace, and nobody is told', async () => {
    const { owner, onA, onB, channelId } = await scene();
    const [alice, carol] = [await onA.alice.channel(channelId), await onB.carol.channel(channelId)];
    const bob = await onA.bob.channel(channelId);
    await eventually(() => toldOf(carol, onA.bob).length === 1);
    bob.terminate();
    await bob.closed;
    const back = await onB.bob.channel(channelId);
    expect(back.seen[0]).toMatchObject({ total: 3, users: expect.arrayContaining([onA.bob.id]) as string[] });
    // Another whose grace begins now: when it is told, that of bob's is over.
    const later = await owner.channel(channelId);
    later.terminate();
    for (const socket of [alice, carol]) {
      await eventually(() => toldOf(socket, owner).includes('user_left'));
      expect(toldOf(socket, onA.bob)).toEqual(['user_joined']);
    }
  });

  it('one whose connection broke, and who does not come back, has left on all nodes', async () => {
    const { onA, onB, channelId } = await scene();
    const [alice, carol] = [await onA.alice.channel(channelId), await onB.carol.channel(channelId)];
    const bob = await onA.bob.channel(channelId);
    await eventually(() => toldOf(carol, onA.bob).length === 1);
    bob.terminate();
    for (const socket of [alice, carol]) await eventually(() => toldOf(socket, onA.bob).includes('user_left'));
  });

  it('a DM tells who is there on the other node (3)', async () => {
    const [alice, bob] = [await register(nodes.a, 'alice'), await register(nodes.a, 'bob')];
    const a = await alice.dm(bob);
    const b = await bob.on(nodes.b).dm(alice);
    expect(b.seen[0]).toMatchObject({ type: 'dm_user_online' });
    expect(await b.next('connected')).toMatchObject({ other_user_online: true });
    await a.next('dm_user_online');
    await b.close();
    await a.next('dm_user_offline');
  });

  it('a signal reaches its target on the other node, and one to who is nowhere is refused (2)', async () => {
    const { onA, onB, channelId } = await scene('VOICE');
    const alice = await onA.alice.channel(channelId);
    const bobs = [await onA.bob.channel(channelId), await onB.bob.channel(channelId)] as const;
    for (const type of ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate']) {
      const data = { sdp: type };
      expect((await alice.request({ type, target_user_id: onA.bob.id, data })).type).toBe('ack');
      for (const bob of bobs) expect(await bob.next(type)).toMatchObject({ from_user_id: onA.alice.id, data });
    }
    const { connection_id: target_connection_id } = await bobs[1].next('connected');
    const one = { type: 'webrtc_offer', target_user_id: onA.bob.id, target_connection_id, data: 'one' };
    expect((await alice.request(one)).type).toBe('ack');
    expect(await bobs[1].next('webrtc_offer')).toMatchObject({ data: 'one' });
    expect((await bobs[0].untilMarker()).filter(({ type }) => type === 'webrtc_offer')).toEqual([]);
    const nobody = { type: 'webrtc_offer', target_user_id: onA.carol.id, data: 'none' };
    expect(await alice.request(nobody)).toMatchObject({ type: 'error', code: 'target_not_found' });
  });

  it('call_participants has those of all nodes, by an order that they share (2)', async () => {
    const { onA, onB, channelId } = await scene('VOICE');
    const [alice, bob] = [await onA.alice.channel(channelId), await onB.bob.channel(channelId)];
    expect(await alice.request({ type: 'call_join' })).toMatchObject({ participants: [], order: 1 });
    const joined = await bob.request({ type: 'call_join', media: { audio: true } });
    expect(joined).toMatchObject({ participants: [{ user_id: onA.alice.id, order: 1 }], order: 2 });
    expect(await alice.next('call_joined')).toMatchObject({ user_id: onA.bob.id, order: 2 });
    await bob.close();
    expect(await alice.next('call_left')).toMatchObject({ user_id: onA.bob.id });
  });
});

describe('presence with Redis in trouble (2)', () => {
  it('says stale while it is away, and no one leaves; when it is back, empty, everyone is there', async () => {
    const { onA, onB, channelId } = await scene();
    const [alice, bob] = [await onA.alice.channel(channelId), await onB.bob.channel(channelId)];
    await eventually(() => toldOf(alice, onA.bob).length === 1);
    await redis.kill();
    await eventually(() => [nodes.a, nodes.b].every(({ app }) => app.get(Cluster).sets.stale));
    const during = await onA.carol.channel(channelId);
    expect(during.seen[0]).toMatchObject({ stale: true, users: [onA.alice.id, onA.bob.id, onA.carol.id], total: 3 });
    await redis.restart();
    await eventually(() => toldOf(bob, onA.carol).includes('user_joined'), 10_000);
    const after = await onB.carol.channel(channelId);
    expect(after.seen[0]).toEqual({
      type: 'online_users',
      users: expect.arrayContaining([onA.alice.id, onA.bob.id, onA.carol.id]) as string[],
      total: 3,
      channel_id: channelId,
    });
    expect([...toldOf(alice, onA.bob), ...toldOf(bob, onA.alice)]).toEqual(['user_joined']);
  });

  it('who joined and who left a call while it was away is told when it is back, once', async () => {
    const { onA, onB, channelId } = await scene('VOICE');
    const [alice, bob] = [await onA.alice.channel(channelId), await onB.bob.channel(channelId)];
    const carol = await onB.carol.channel(channelId);
    await bob.request({ type: 'call_join' });
    await alice.next('call_joined');
    await redis.kill();
    await eventually(() => [nodes.a, nodes.b].every(({ app }) => app.get(Cluster).sets.stale));
    expect(await carol.request({ type: 'call_join' })).toMatchObject({ participants: [{ user_id: onA.bob.id }] });
    expect((await bob.request({ type: 'call_leave' })).type).toBe('ack');
    await redis.restart();
    const calls = () => alice.seen.filter(({ type }) => type.startsWith('call_'));
    await eventually(() => calls().length === 3, 25_000);
    expect(calls().slice(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'call_joined', user_id: onA.carol.id }),
        expect.objectContaining({ type: 'call_left', user_id: onA.bob.id }),
      ]),
    );
    expect((await alice.request({ type: 'call_join' }))['participants']).toMatchObject([{ user_id: onA.carol.id }]);
  }, 60_000);

  it('a node that stood still sends its clients away with 1012, and takes them again', async () => {
    const { onA, onB, channelId } = await scene();
    const [alice, bob] = [await onA.alice.channel(channelId), await onB.bob.channel(channelId)];
    (nodes.a.app.get(Cluster).backplane as RedisBackplane).fence();
    expect(await alice.next('going_away')).toMatchObject({ retry_after_ms: expect.any(Number) as number });
    expect((await alice.closed).code).toBe(1012);
    const back = await onA.alice.channel(channelId);
    expect(back.seen[0]).toMatchObject({ total: 2 });
    expect((await bob.untilMarker()).filter(isPresence)).toEqual([]);
  });
});
