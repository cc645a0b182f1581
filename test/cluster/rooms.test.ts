import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/common/clock.js';
import { parseSettings } from '../../src/config/settings.js';
import { Metrics } from '../../src/infra/observability/metrics.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { BROKEN, enter, ROOM } from '../contract/rooms-under-test.js';
import type { Guest } from '../contract/rooms-under-test.js';
import { eventually } from '../support/eventually.js';
import { enterRoom, heardBefore, newRoom } from '../support/room-scene.js';
import { register, typesOf } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent } from '../support/socket-client.js';
import { LeaseScene } from './support/lease-scene.js';
import { NodeCluster } from './support/node-cluster.js';

describe('a room on three nodes (5)', () => {
  let cluster: NodeCluster;
  let actors: Actor[];

  beforeAll(async () => {
    cluster = await NodeCluster.start();
    actors = [];
    for (const node of cluster.nodes) actors.push(await register(node, `user${actors.length}`));
  }, 60_000);
  afterAll(() => cluster.stop());

  const on = (who: number, node: number) => actors[who]!.on(cluster.node(node));

  /** One client on each node, and everyone has been told of everyone. */
  async function oneOnEach(room: string) {
    const guests = [];
    for (const node of [0, 1, 2]) {
      const guest = await enterRoom(on(node, node), room, `client-${node}`);
      for (const { client } of guests) await client.next((event) => event['client_id'] === guest.id);
      guests.push(guest);
    }
    return guests as [(typeof guests)[0], (typeof guests)[0], (typeof guests)[0]];
  }

  it('those who join on three nodes see each other, in one order', async () => {
    const guests = await oneOnEach(newRoom());
    expect(guests.map(({ entry }) => entry['order'])).toEqual([1, 2, 3]);
    expect(guests[2].entry['users']).toMatchObject([{ client_id: 'client-0' }, { client_id: 'client-1' }]);
    await guests[0].client.close();
    for (const { client } of guests.slice(1))
      expect(await client.next()).toMatchObject({ type: 'user_left', client_id: 'client-0' });
  });

  it('signals cross nodes, to one and to all others, in the order sent', async () => {
    const [a, b, c] = await oneOnEach(newRoom());
    const sent = Array.from({ length: 40 }, (_, n) =>
      n % 4 === 0 ? { type: 'offer', offer: { n } } : { type: 'ice_candidate', candidate: { n } },
    );
    for (const [n, signal] of sent.entries()) a.client.send(n % 2 === 0 ? signal : { ...signal, to: b.id });
    for (const signal of sent) expect(await b.client.next()).toMatchObject({ ...signal, from: a.id });
    for (const signal of sent.filter((_, n) => n % 2 === 0)) expect(await c.client.next()).toMatchObject(signal);
    expect(await heardBefore(c, a)).toEqual([]);
    expect(await b.client.request({ type: 'offer', offer: {}, to: 'nobody' })).toMatchObject({
      code: 'target_not_found',
    });
  });

  it('fifty who come at once on three nodes never are more than the room holds (R3)', async () => {
    const room = newRoom();
    const clients = await Promise.all(
      Array.from({ length: 75 }, (_, n) => on(n % 3, n % 3).dial(`/ws/${room}`, { client_id: `c${n}` })),
    );
    const outcomes = await Promise.all(
      clients.map((client) => client.next((event) => event.type === 'users_in_room' || event.type === 'error', 15_000)),
    );
    expect(outcomes.filter(({ type }) => type === 'users_in_room')).toHaveLength(50);
    expect(new Set(outcomes.flatMap(({ code }) => (code === undefined ? [] : [code])))).toEqual(new Set(['room_full']));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('one who comes back on another node replaces its connection there, and nobody is told (R3)', async () => {
    const room = newRoom();
    const [a, b, c] = await oneOnEach(room);
    const again = await enterRoom(on(1, 2), room, b.id);
    expect(again.entry['order']).toBe(b.entry['order']);
    expect(await b.client.closed).toMatchObject({ code: 4409 });
    expect(await heardBefore(a, c)).toEqual([]);
    a.client.send({ type: 'offer', offer: {}, to: b.id });
    expect(await again.client.next()).toMatchObject({ type: 'offer', from: a.id });
    const thief = await on(0, 1).dial(`/ws/${room}`, { client_id: b.id });
    expect(await thief.closed).toMatchObject({ code: 4403 });
  });

  it('what was meant for one who is away is handed over to the node that it comes back on', async () => {
    const room = newRoom();
    const [a, b, c] = await oneOnEach(room);
    b.client.terminate();
    await b.client.closed;
    for (let n = 0; n < 10; n += 1) {
      a.client.send({ type: 'ice_candidate', candidate: { n }, ...(n % 2 === 0 && { to: b.id }) });
      c.client.send({ type: 'data', data: { n }, to: b.id });
    }
    await Promise.all([a.client.arrived(), c.client.arrived()]);
    const again = await on(1, 0).dial(`/ws/${room}`, { client_id: b.id });
    for (let n = 10; n < 15; n += 1) {
      a.client.send({ type: 'ice_candidate', candidate: { n } });
      c.client.send({ type: 'data', data: { n }, to: b.id });
    }
    await again.next('auth_success');
    await again.next('users_in_room');
    const got: ReceivedEvent[] = [];
    while (got.length < 30) got.push(await again.next());
    const numbers = Array.from({ length: 15 }, (_, n) => n);
    const of = (from: string, field: string) =>
      got.filter((event) => event['from'] === from).map((event) => (event[field] as { n: number }).n);
    expect(of(a.id, 'candidate')).toEqual(numbers);
    expect(of(c.id, 'data')).toEqual(numbers);
    expect((await heardBefore(a, c)).filter(({ type }) => type.startsWith('user_'))).toEqual([]);
  });

  it('when a node is killed with half the room, the others get user_left for each within 25 s, once (R4)', async () => {
    const room = newRoom();
    const [a, b, c] = await oneOnEach(room);
    const extra = [];
    for (const n of [0, 1, 2]) extra.push(await enterRoom(on(2, 2), room, `extra-${n}`));
    for (const { client } of [a, b])
      for (const { id } of extra) await client.next((event) => event['client_id'] === id);
    const lost = [c.id, ...extra.map(({ id }) => id)].sort();
    const killed = Date.now();
    await cluster.node(2).crash();
    for (const { client } of [a, b]) {
      const left = [];
      while (left.length < lost.length) left.push(await client.next('user_left', 25_000 - (Date.now() - killed)));
      expect(left.map(({ client_id }) => client_id as string).sort()).toEqual(lost);
    }
    await cluster.node(2).start();
    const again = await enterRoom(on(2, 2), room, c.id);
    expect(again.entry['users']).toMatchObject([{ client_id: a.id }, { client_id: b.id }]);
    expect(typesOf(await heardBefore(a, again))).toEqual(['user_joined']);
    expect(typesOf(await heardBefore(b, again))).toEqual(['user_joined']);
  }, 60_000);
});

describe('a room while Redis is away (7, 5)', () => {
  let scene: LeaseScene;
  let nodes: SignalingRooms[];

  beforeEach(async () => {
    scene = await LeaseScene.start();
    nodes = [];
    for (let n = 0; n < 2; n += 1) {
      const { cluster } = await scene.open();
      nodes.push(
        new SignalingRooms(cluster, new SystemClock(), parseSettings({}), new Metrics(), new BackgroundTasks()),
      );
    }
  });
  afterEach(() => scene.stop());

  const others = ({ seat }: Guest) => seat.others().map(({ member, order }) => `${member} ${order}`);

  it('goes on per node; when it is back the halves are joined, earlier comers first, and all agree on the orders', async () => {
    const [a, b] = nodes as [SignalingRooms, SignalingRooms];
    const [a1, b2] = [await enter(a, 'a1'), await enter(b, 'b2')];
    await eventually(() => a1.seat.others().length === 1);
    await scene.redis.kill();
    await scene.allAre('away');
    const b3 = await enter(b, 'b3');
    const b4 = await enter(b, 'b4');
    await eventually(() => b4.seat.others().length === 3);
    // The time that they came is told apart by milliseconds.
    await sleep(5);
    const a3 = await enter(a, 'a3');
    const a4 = await enter(a, 'a4');
    a3.says('on this side', 'a4');
    await eventually(() => a4.told.includes('a3: on this side'));
    expect([a3, a4, b3, b4].map(({ seat }) => seat.order)).toEqual([3, 4, 3, 4]);

    await scene.redis.restart();
    await scene.allAre('here');
    const all = [a1, b2, b3, b4, a3, a4];
    await eventually(() => all.map(({ seat }) => seat.order).join() === '1,2,3,4,5,6', 15_000);
    const names = ['a1 1', 'b2 2', 'b3 3', 'b4 4', 'a3 5', 'a4 6'];
    for (const [n, guest] of all.entries()) {
      const expected = names.filter((_, index) => index !== n);
      await eventually(() => others(guest).join() === expected.join());
    }
    expect(a3.told).toContain('moved 5');
    expect(a4.told).toContain('moved 6');
    expect(a1.told).toEqual(
      expect.arrayContaining(['joined b3 3', 'joined b4 4', 'updated a3 5 null', 'updated a4 6 null']),
    );
    expect(b2.told).toEqual(expect.arrayContaining(['joined a3 5', 'joined a4 6']));
    expect([...a1.told, ...b2.told].filter((line) => line.startsWith('left'))).toEqual([]);
    b4.says('across', 'a4');
    await eventually(() => a4.told.at(-1) === 'b4: across');
    expect((await a.read(ROOM)).map(({ member }) => member)).toEqual(['a1', 'b2', 'b3', 'b4', 'a3', 'a4']);
  });

  it('one who took a seat on both sides has it on one of them, and the older connection is replaced', async () => {
    const [a, b] = nodes as [SignalingRooms, SignalingRooms];
    const [a1, b2] = [await enter(a, 'a1'), await enter(b, 'b2')];
    await eventually(() => a1.seat.others().length === 1);
    await scene.redis.kill();
    await scene.allAre('away');
    await b2.seat.leave(BROKEN);
    const again = await enter(a, 'b2');
    await scene.redis.restart();
    await scene.allAre('here');
    a1.says('hello', 'b2');
    await eventually(() => again.told.includes('a1: hello'));
    await eventually(async () => (await b.read(ROOM)).map(({ member }) => member).join() === 'a1,b2', 15_000);
    expect(a1.told.filter((line) => line.startsWith('left'))).toEqual([]);
    expect(again.told).not.toContain('replaced');
  });
});
