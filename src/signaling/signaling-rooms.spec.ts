import { BackgroundTasks } from '../common/background-tasks.js';
import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { CLEAN, enter, GRACE_MS, BROKEN } from '../../test/contract/rooms-under-test.js';
import { roomsContract } from '../../test/contract/rooms.contract.js';
import type { Cluster, Json, LeasedSets, SetDelta, Topics } from '../cluster/cluster.js';
import { LocalCluster } from '../cluster/local-cluster.js';
import { ManualClock } from '../common/manual-clock.js';
import type { Settings } from '../config/settings.js';
import { Metrics } from '../infra/observability/metrics.js';
import type { RoomSignal } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

// Each step of a room is a line.
Logger.overrideLogger(['error', 'fatal']);

const SETTINGS = { ROOM_MAX_PARTICIPANTS: 50, RECONNECT_GRACE_MS: GRACE_MS, LOG_LEVEL: 'silent' } as Settings;

describe('SignalingRooms keep their contract on LocalCluster', () => {
  roomsContract(() => {
    const clock = new ManualClock();
    const cluster = new LocalCluster(clock);
    const node = () => new SignalingRooms(cluster, clock, SETTINGS, new Metrics(), new BackgroundTasks());
    return Promise.resolve({
      nodes: [node(), node()],
      advance: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
    });
  });
});

describe('a node with rooms', () => {
  let clock: ManualClock;
  let rooms: SignalingRooms;
  let metrics: Metrics;

  beforeEach(() => {
    clock = new ManualClock();
    metrics = new Metrics();
    rooms = new SignalingRooms(new LocalCluster(clock), clock, SETTINGS, metrics, new BackgroundTasks());
  });

  const held = () => (rooms as unknown as { rooms: Map<string, unknown> }).rooms.size;

  it('has no timer for rooms whose participants are there, and nothing of rooms that everyone has left', async () => {
    const guests = [];
    for (let n = 0; n < 40; n += 1) guests.push(await enter(rooms, `user ${n % 4}`, { scope: `room:room:${n >> 2}` }));
    expect([held(), clock.pending]).toEqual([10, 0]);
    for (const { seat } of guests.slice(1)) await seat.leave(CLEAN);
    await guests[0]!.seat.leave(BROKEN);
    expect(held()).toBe(1);
    clock.advance(GRACE_MS);
    await new Promise((resolve) => setImmediate(resolve));
    expect([held(), clock.pending]).toEqual([0, 0]);
  });

  it('keeps what a connection that goes was sent in the same turn, and what it is sent after that, and nothing else', async () => {
    const alice = await enter(rooms, 'alice');
    const connection = { gone: false };
    const heard: string[] = [];
    const nothing = () => undefined;
    const listener = {
      ...{ joined: nothing, left: nothing, updated: nothing, replaced: nothing, removed: nothing },
      received: ({ text }: RoomSignal) => heard.push(...text),
      canReceive: () => !connection.gone,
      hasBrokenOff: () => connection.gone,
    };
    const bob = await enter(rooms, 'bob', { listener });
    await nextTurn();
    alice.says('written', 'bob');
    await nextTurn();
    alice.says('not written', 'bob');
    alice.says('nor this');
    connection.gone = true;
    alice.says('too late', 'bob');
    await nextTurn();
    await bob.seat.leave(BROKEN);
    const again = await enter(rooms, 'bob');
    await nextTurn();
    expect(again.told).toEqual(['entered with alice', 'alice: not written', 'alice: nor this', 'alice: too late']);
    expect(heard).toEqual(['written', 'not written', 'nor this']);
  });

  it('counts rooms, participants, relays and life by kind', async () => {
    const [a, b] = [await enter(rooms, 'a'), await enter(rooms, 'b')];
    await enter(rooms, 'c', { scope: 'room:meeting:m' });
    a.says('hi');
    a.says('hi', 'b');
    expect(() => {
      a.says('hi', 'nobody');
    }).toThrow();
    const lines = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('parley_room'));
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'parley_rooms{kind="room"} 1',
        'parley_rooms{kind="meeting"} 1',
        'parley_room_participants{kind="room"} 2',
        'parley_room_relays_total{kind="room"} 2',
        'parley_room_relays_total{kind="meeting"} 0',
        'parley_room_refused_signals_total{kind="room"} 1',
      ]),
    );
    clock.advance(30_000);
    for (const { seat } of [a, b]) await seat.leave(CLEAN);
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'parley_rooms{kind="room"} 0',
        'parley_room_participants{kind="room"} 0',
        'parley_room_life_seconds_bucket{le="10",kind="room"} 0',
        'parley_room_life_seconds_sum{kind="room"} 30',
        'parley_room_life_seconds_count{kind="room"} 1',
      ]),
    );
  });
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Two nodes of one LocalCluster; what the second one hears of sets or topics can be held back. */
class TwoNodes {
  readonly clock = new ManualClock();
  readonly held = { deltas: false, messages: false };
  readonly here: SignalingRooms;
  readonly there: SignalingRooms;
  private waiting: (() => void)[] = [];

  constructor() {
    const cluster = new LocalCluster(this.clock);
    const late = Object.create(cluster) as Cluster;
    const { sets, topics } = cluster;
    const through = <T>(what: keyof TwoNodes['held'], listener: (message: T) => void) => {
      return (message: T) => {
        if (this.held[what])
          this.waiting.push(() => {
            listener(message);
          });
        else listener(message);
      };
    };
    Object.assign(late, {
      sets: Object.assign(Object.create(sets) as LeasedSets, {
        watch: (scope: string, listener: (delta: SetDelta) => void) => sets.watch(scope, through('deltas', listener)),
      }),
      topics: Object.assign(Object.create(topics) as Topics, {
        subscribe: (topic: string, listener: (message: Json) => void) =>
          topics.subscribe(topic, through('messages', listener)),
      }),
    });
    this.here = new SignalingRooms(cluster, this.clock, SETTINGS, new Metrics(), new BackgroundTasks());
    this.there = new SignalingRooms(late, this.clock, SETTINGS, new Metrics(), new BackgroundTasks());
  }

  async hold(...what: (keyof TwoNodes['held'])[]): Promise<void> {
    // Whoever has watched since the last turn is told from the next one on.
    await nextTurn();
    for (const kind of what) this.held[kind] = true;
  }

  async release(): Promise<void> {
    Object.assign(this.held, { deltas: false, messages: false });
    for (const deliver of this.waiting.splice(0)) deliver();
    await nextTurn();
  }
}

describe('between nodes', () => {
  let nodes: TwoNodes;
  beforeEach(() => {
    nodes = new TwoNodes();
  });

  it('a signal that is faster than word of its sender’s join waits for it', async () => {
    const bob = await enter(nodes.there, 'bob');
    await nodes.hold('deltas');
    const carol = await enter(nodes.here, 'carol');
    for (const text of ['1', '2']) carol.says(text, 'bob');
    carol.says('3');
    await nextTurn();
    expect(bob.told).toEqual(['entered with ']);
    await nodes.release();
    expect(bob.told).toEqual(['entered with ', 'joined carol 2', 'carol: 1', 'carol: 2', 'carol: 3']);
    expect(nodes.clock.pending).toBe(0);
  });

  it('also when the sender was known from before it left', async () => {
    const [bob, carol] = [await enter(nodes.there, 'bob'), await enter(nodes.here, 'carol')];
    await nodes.hold('deltas');
    await carol.seat.leave(CLEAN);
    (await enter(nodes.here, 'carol')).says('again', 'bob');
    await nextTurn();
    await nodes.release();
    expect(bob.told.slice(2)).toEqual(['left carol', 'joined carol 3', 'carol: again']);
  });

  it('for a second; then it is nobody’s', async () => {
    const bob = await enter(nodes.there, 'bob');
    await nodes.hold('deltas');
    const carol = await enter(nodes.here, 'carol');
    carol.says('too early', 'bob');
    await nextTurn();
    nodes.clock.advance(1000);
    await nodes.release();
    carol.says('in time', 'bob');
    await nextTurn();
    expect(bob.told).toEqual(['entered with ', 'joined carol 2', 'carol: in time']);
  });

  it('a signal that comes after its sender has left is nobody’s', async () => {
    const [bob, carol] = [await enter(nodes.there, 'bob'), await enter(nodes.here, 'carol')];
    await nodes.hold('messages');
    carol.says('goodbye', 'bob');
    await carol.seat.leave(CLEAN);
    await nextTurn();
    await nodes.release();
    expect(bob.told).toEqual(['entered with ', 'joined carol 2', 'left carol']);
  });

  it('a node that has come to know of the room since keeps too, for one who is away already', async () => {
    const bob = await enter(nodes.here, 'bob');
    await bob.seat.leave(BROKEN);
    const alice = await enter(nodes.there, 'alice');
    await nodes.hold('messages');
    alice.says('kept there', 'bob');
    const again = await enter(nodes.there, 'bob');
    nodes.clock.advance(500);
    await nextTurn();
    expect(again.told).toEqual(['entered with alice', 'alice: kept there']);
  });

  it('one who comes back waits half a second for what its last node has kept, and no longer', async () => {
    const [alice, bob] = [await enter(nodes.here, 'alice'), await enter(nodes.here, 'bob')];
    const carol = await enter(nodes.there, 'carol');
    await bob.seat.leave(BROKEN);
    alice.says('kept here', 'bob');
    await nodes.hold('messages');
    const again = await enter(nodes.there, 'bob');
    carol.says('live', 'bob');
    nodes.clock.advance(499);
    await nextTurn();
    expect(again.told).toEqual(['entered with alice,carol']);
    nodes.clock.advance(1);
    // Its new node was in the room, and so has kept it too: that is what it gets.
    const told = ['entered with alice,carol', 'alice: kept here', 'carol: live'];
    expect(again.told).toEqual(told);
    await nodes.release();
    expect(again.told).toEqual(told);
    expect(nodes.clock.pending).toBe(0);
  });
});
