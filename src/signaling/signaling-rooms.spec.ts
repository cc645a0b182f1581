import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { CLEAN, enter, GRACE_MS, BROKEN } from '../../test/contract/rooms-under-test.js';
import { roomsContract } from '../../test/contract/rooms.contract.js';
import { LocalCluster } from '../cluster/local-cluster.js';
import { ManualClock } from '../common/manual-clock.js';
import type { Settings } from '../config/settings.js';
import { Metrics } from '../infra/observability/metrics.js';
import { SignalingRooms } from './signaling-rooms.js';

// Each step of a room is a line.
Logger.overrideLogger(['error', 'fatal']);

const SETTINGS = { ROOM_MAX_PARTICIPANTS: 50, RECONNECT_GRACE_MS: GRACE_MS, LOG_LEVEL: 'silent' } as Settings;

describe('SignalingRooms keep their contract on LocalCluster', () => {
  roomsContract(() => {
    const clock = new ManualClock();
    const cluster = new LocalCluster(clock);
    const node = () => new SignalingRooms(cluster, clock, SETTINGS, new Metrics());
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
    rooms = new SignalingRooms(new LocalCluster(clock), clock, SETTINGS, metrics);
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

  it('counts rooms, participants, relays and life by kind', async () => {
    const [a, b] = [await enter(rooms, 'a'), await enter(rooms, 'b')];
    await enter(rooms, 'c', { scope: 'room:meeting:m' });
    a.says('hi');
    a.says('hi', 'b');
    const lines = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('parley_room'));
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'parley_rooms{kind="room"} 1',
        'parley_rooms{kind="meeting"} 1',
        'parley_room_participants{kind="room"} 2',
        'parley_room_relays_total{kind="room"} 2',
        'parley_room_relays_total{kind="meeting"} 0',
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
