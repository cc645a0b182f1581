import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { SystemClock } from '../../src/common/clock.js';
import { parseSettings } from '../../src/config/settings.js';
import { Metrics } from '../../src/infra/observability/metrics.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { GRACE_MS } from '../contract/rooms-under-test.js';
import { roomsContract } from '../contract/rooms.contract.js';
import { RedisServer } from '../support/redis-server.js';
import { RedisMasters } from './support/redis-masters.js';
import { redisNode } from './support/redis-nodes.js';

/** The time that passes, and the grace, are so many times shorter than the contract says: it is real time here. */
const HASTE = 4;

async function oneServer() {
  const server = await RedisServer.start();
  return { url: server.url, flush: () => server.command('FLUSHALL'), stop: () => server.stop() };
}

describe.each([
  ['a Redis', oneServer],
  ['a Redis Cluster of three masters', () => RedisMasters.start()],
])('SignalingRooms keep their contract on nodes that share %s', (_, start) => {
  let redis: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.stop());

  roomsContract(async () => {
    await redis.flush();
    const clusters = [await redisNode(redis.url), await redisNode(redis.url)] as const;
    const settings = parseSettings({ RECONNECT_GRACE_MS: String(GRACE_MS / HASTE) });
    const [a, b] = clusters.map(
      (cluster) => new SignalingRooms(cluster, new SystemClock(), settings, new Metrics(), new BackgroundTasks()),
    );
    return {
      nodes: [a!, b!],
      advance: (ms) => sleep(ms / HASTE),
      stop: async () => {
        await Promise.all(clusters.map((cluster) => cluster.close()));
      },
    };
  });
});
