import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { RedisCluster } from '../../src/cluster/redis-cluster.js';
import { SystemClock } from '../../src/common/clock.js';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import type { ClusterUnderTest } from '../contract/cluster-under-test.js';
import { documentsContract } from '../contract/documents.contract.js';
import { topicsContract } from '../contract/topics.contract.js';
import { RedisServer } from '../support/redis-server.js';

let redis: RedisServer;

async function make(): Promise<ClusterUnderTest> {
  await redis.command('FLUSHALL');
  const open = async () => {
    const node = new RedisCluster(parseRedisUrl(redis.url)!, new SystemClock());
    await node.start();
    return node;
  };
  const nodes = await Promise.all([open(), open(), open()] as const);
  return {
    nodes,
    advance: (ms) => sleep(ms),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

describe('RedisCluster keeps the contract of Cluster', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(async () => {
    await redis.stop();
  });

  topicsContract(make);
  documentsContract(make);
});
