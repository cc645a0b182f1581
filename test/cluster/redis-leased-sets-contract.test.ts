import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { RedisCluster } from '../../src/cluster/redis-cluster.js';
import { SystemClock } from '../../src/common/clock.js';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import type { ClusterUnderTest } from '../contract/cluster-under-test.js';
import { leasedSetsJoinContract } from '../contract/leased-sets-join.contract.js';
import { leasedSetsWatchContract } from '../contract/leased-sets-watch.contract.js';
import { leasedSetsContract } from '../contract/leased-sets.contract.js';
import { RedisServer } from '../support/redis-server.js';

/** Graces, and the time that passes, are so many times shorter than the contract says: it is real time here. */
const HASTE = 4;

let redis: RedisServer;

async function make(): Promise<ClusterUnderTest> {
  await redis.command('FLUSHALL');
  const open = async () => {
    const node = new RedisCluster(parseRedisUrl(redis.url)!, new SystemClock());
    await node.start();
    const leave = node.sets.leave.bind(node.sets);
    node.sets.leave = (scope, member, token, options) =>
      leave(scope, member, token, options?.graceMs === undefined ? {} : { graceMs: options.graceMs / HASTE });
    return node;
  };
  const nodes = await Promise.all([open(), open(), open()] as const);
  return {
    nodes,
    advance: (ms) => sleep(ms / HASTE),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

describe('RedisLeasedSets keep the contract of LeasedSets', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(async () => {
    await redis.stop();
  });

  leasedSetsJoinContract(make);
  leasedSetsContract(make);
  leasedSetsWatchContract(make);
});
