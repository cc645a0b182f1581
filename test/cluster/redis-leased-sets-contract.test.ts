import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SetDelta } from '../../src/cluster/cluster.js';
import { entry, inbox } from '../contract/cluster-under-test.js';
import type { ClusterUnderTest } from '../contract/cluster-under-test.js';
import { leasedSetsJoinContract } from '../contract/leased-sets-join.contract.js';
import { leasedSetsWatchContract } from '../contract/leased-sets-watch.contract.js';
import { leasedSetsContract } from '../contract/leased-sets.contract.js';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { RedisMasters } from './support/redis-masters.js';
import { redisNode, WITHOUT_SHARDED_PUBSUB } from './support/redis-nodes.js';

/** Graces, and the time that passes, are so many times shorter than the contract says: it is real time here. */
const HASTE = 4;

async function hastyNode(url: string) {
  const node = await redisNode(url);
  const leave = node.sets.leave.bind(node.sets);
  node.sets.leave = (scope, member, token, options) =>
    leave(scope, member, token, { graceMs: (options?.graceMs ?? 0) / HASTE });
  return node;
}

async function threeNodes(url: string): Promise<ClusterUnderTest> {
  const nodes = await Promise.all([hastyNode(url), hastyNode(url), hastyNode(url)] as const);
  return {
    nodes,
    advance: (ms) => sleep(ms / HASTE),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

async function oneServer() {
  const server = await RedisServer.start();
  return { url: server.url, flush: () => server.command('FLUSHALL'), stop: () => server.stop() };
}

describe.each([
  ['a Redis', oneServer],
  ['a Redis Cluster of three masters', () => RedisMasters.start()],
])('RedisLeasedSets keep the contract of LeasedSets on %s', (_, start) => {
  let redis: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    redis = await start();
  });

  afterAll(() => redis.stop());

  const make = async () => {
    await redis.flush();
    return threeNodes(redis.url);
  };
  leasedSetsJoinContract(make);
  leasedSetsContract(make);
  leasedSetsWatchContract(make);
});

it('deltas arrive also by a Redis without sharded pub/sub', async () => {
  const redis = await RedisServer.start({ args: WITHOUT_SHARDED_PUBSUB });
  const [a, b] = await Promise.all([redisNode(redis.url), redisNode(redis.url)]);
  const { got, listener } = inbox<SetDelta>();
  await b.sets.watch('s', listener);
  await a.sets.join('s', entry('x'));
  await eventually(() => got.length > 0);
  expect(got).toMatchObject([{ kind: 'joined', entry: { member: 'x' } }]);
  await Promise.all([a.close(), b.close()]);
  await redis.stop();
});
