import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsContract } from '../contract/documents.contract.js';
import { topicsContract } from '../contract/topics.contract.js';
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
  if (args.length === 0) documentsContract(make);
  else {
    it('runs on a server that really has none', async () => {
      await expect(redis.command('SPUBLISH', 'a', 'b')).rejects.toThrow(/unknown command/);
    });
  }
});
