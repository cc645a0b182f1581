import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import type { Actor, ChannelScene } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { NodeCluster } from './support/node-cluster.js';

const USERS = 20;
const MINUTE_MS = 60_000;
/** A node's death is known within that time, and everything is right again that long after Redis has lost its data. */
const DEATH_MS = 30_000;
const FLUSH_MS = 15_000;

let cluster: NodeCluster;
let users: Actor[];
beforeAll(async () => {
  cluster = await NodeCluster.start({ nodes: 2 });
  users = await Promise.all(Array.from({ length: USERS }, (_, n) => register(cluster.node(0), `u${n}`)));
}, MINUTE_MS);
afterAll(() => cluster.stop());

describe('presence when something dies', () => {
  // Users in a channel on the first node, and one who looks on from the second.
  let scene: ChannelScene<'watcher'>;
  let watcher: SocketClient;
  let sockets: SocketClient[];

  beforeEach(async () => {
    scene = await channelScene(cluster.node(0), { members: ['watcher'], type: 'VOICE' });
    for (const user of users) await join(scene.owner, user, scene.groupId);
    watcher = await scene.members.watcher.on(cluster.node(1)).channel(scene.channelId);
    sockets = await Promise.all(users.map((user) => user.channel(scene.channelId)));
    await eventually(() => told('user_joined').length === users.length);
  }, MINUTE_MS);

  const told = (type: 'user_joined' | 'user_left' | 'call_joined' | 'call_left') =>
    watcher.seen.filter((event) => event.type === type).map((event) => event['user_id'] as string);

  const online = async (node: number) => {
    const answer = await scene.owner.on(cluster.node(node)).api.get(`/channels/${scene.channelId}/presence`);
    return (expectOk(answer) as { total: number }).total;
  };

  const comeBack = (some: readonly Actor[]) =>
    Promise.all(some.map((user) => user.on(cluster.node(1)).channel(scene.channelId)));

  it(
    'F8: FLUSHALL, and a Redis that is killed and starts empty: the roster is right soon, and nobody has left',
    async () => {
      for (const lose of [() => cluster.redis.command('FLUSHALL'), () => cluster.redis.restart()]) {
        await lose();
        await eventually(async () => (await online(1)) === users.length + 1, FLUSH_MS);
        await eventually(async () => (await online(0)) === users.length + 1, FLUSH_MS);
      }
      await sockets[0]?.close();
      await eventually(() => told('user_left').length > 0, FLUSH_MS);
      expect(told('user_left')).toEqual([users[0]?.id]);
      expect(told('user_joined')).toHaveLength(users.length);
    },
    2 * MINUTE_MS,
  );

  it(
    'F9: a node that is frozen is given up; when it goes on it sends its clients away, and nobody is there twice',
    async () => {
      const node = cluster.node(0);
      const back = users.slice(0, users.length / 2);
      const gone = users.slice(users.length / 2).map(({ id }) => id);
      node.freeze();
      try {
        await comeBack(back);
        await eventually(() => told('user_left').length === gone.length, DEATH_MS);
      } finally {
        node.thaw();
      }
      expect(told('user_left').sort()).toEqual(gone.sort());
      for (const socket of sockets) expect((await socket.closed).code).toBe(1012);
      await eventually(async () => (await online(0)) === back.length + 1);
      expect(await online(1)).toBe(back.length + 1);
      expect(told('user_left')).toHaveLength(gone.length);
      expect(told('user_joined')).toHaveLength(users.length);
    },
    2 * MINUTE_MS,
  );

  it(
    'F10: kill -9 of a node: its users have left within 30 s, but for those who came back meanwhile; the call too',
    async () => {
      const back = users.slice(0, users.length / 2);
      const gone = users.slice(users.length / 2).map(({ id }) => id);
      for (const caller of sockets.slice(-2)) await caller.request({ type: 'call_join' });
      await cluster.node(0).crash();
      await comeBack(back);
      await eventually(() => told('user_left').length === gone.length, DEATH_MS);
      expect(told('user_left').sort()).toEqual(gone.sort());
      await eventually(() => told('call_left').length === 2, DEATH_MS);
      expect(told('call_left').sort()).toEqual(told('call_joined').sort());
      expect(await online(1)).toBe(back.length + 1);
      await cluster.node(0).start();
      expect(await online(0)).toBe(back.length + 1);
      expect(told('user_joined')).toHaveLength(users.length);
    },
    2 * MINUTE_MS,
  );
});
