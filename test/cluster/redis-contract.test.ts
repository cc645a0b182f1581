import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/cluster/cluster.js';
import { documentsContract } from '../contract/documents.contract.js';
import { topicsContract } from '../contract/topics.contract.js';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { threeNodes, WITHOUT_SHARDED_PUBSUB } from './support/redis-nodes.js';

describe.each([
  ['a Redis', []],
  ['a Redis without sharded pub/sub', WITHOUT_SHARDED_PUBSUB],
])('RedisCluster keeps the contract of Cluster on %s', (_, args) => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start({ args });
  });

  afterAll(async () => {
    await redis.stop();
  });

  const make = async () => {
    await redis.command('FLUSHALL');
    return threeNodes(redis.url);
  };
  topicsContract(make);

  it('delivers what one turn publishes, more than one message of Redis may hold, in order', async () => {
    const cluster = await make();
    const [a, b] = cluster.nodes;
    const got: Json[] = [];
    await b.topics.subscribe('t', (message) => got.push(message));
    const messages = Array.from({ length: 40 }, (_, n) => `${n} ${'ä'.repeat(n % 3 === 0 ? 30_000 : 10)}`);
    for (const message of [...messages, 'x'.repeat(200_000), 'last']) void a.topics.publish('t', message);
    await eventually(() => got.length >= 42);
    expect(got).toEqual([...messages, 'x'.repeat(200_000), 'last']);
    await cluster.stop();
  });

  if (args.length === 0) documentsContract(make);
  else {
    it('runs on a server that really has none', async () => {
      await expect(redis.command('SPUBLISH', 'a', 'b')).rejects.toThrow(/unknown command/);
    });
  }
});
