import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { RedisCluster } from '../../../src/cluster/redis-cluster.js';
import type { SetTimes } from '../../../src/cluster/internal/redis-sets/scope-care.js';
import { Clock, SystemClock } from '../../../src/common/clock.js';
import { parseRedisUrl } from '../../../src/config/redis-url.js';
import type { ClusterUnderTest } from '../../contract/cluster-under-test.js';

// That a Redis is away or here again is what these tests are about; it need not be told each time.
Logger.overrideLogger(['error', 'fatal']);

/** A node of those who share this Redis. */
export async function redisNode(
  url: string,
  { clock = new SystemClock(), setTimes }: { clock?: Clock; setTimes?: SetTimes } = {},
): Promise<RedisCluster> {
  const address = parseRedisUrl(url);
  if (!address) throw new Error(`Not a Redis: ${url}`);
  const node = new RedisCluster(address, clock, setTimes);
  await node.start();
  return node;
}

/** Three nodes for the contract suite; the time of a Redis is real. */
export async function threeNodes(url: string): Promise<ClusterUnderTest> {
  const nodes = await Promise.all([redisNode(url), redisNode(url), redisNode(url)] as const);
  return {
    nodes,
    advance: (ms) => sleep(ms),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
