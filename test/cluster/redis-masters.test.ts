import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/cluster/cluster.js';
import { inbox } from '../contract/cluster-under-test.js';
import { documentsContract } from '../contract/documents.contract.js';
import { topicsContract } from '../contract/topics.contract.js';
import { eventually } from '../support/eventually.js';
import { RedisMasters } from './support/redis-masters.js';
import { redisNode, threeNodes } from './support/redis-nodes.js';

const TOPICS = Array.from({ length: 30 }, (_, n) => `topic ${n}`);

describe('RedisCluster keeps the contract of Cluster on a Redis Cluster of three masters', () => {
  let masters: RedisMasters;

  beforeAll(async () => {
    masters = await RedisMasters.start();
  });

  afterAll(async () => {
    await masters.stop();
  });

  const make = async () => {
    await masters.flush();
    return threeNodes(masters.url);
  };
  topicsContract(make);
  documentsContract(make);

  it('spreads topics over the masters, and knows of each that is away', async () => {
    const [a, b] = await Promise.all([redisNode(masters.url), redisNode(masters.url)]);
    const { got, listener } = inbox<Json>();
    for (const topic of TOPICS) await b.topics.subscribe(topic, listener);
    const listeners = await Promise.all(
      masters.servers.map(async (server) => ((await server.command('PUBSUB', 'SHARDCHANNELS')) as string[]).length),
    );
    expect(listeners.every((count) => count > 0)).toBe(true);
    expect(listeners.reduce((sum, count) => sum + count)).toBe(TOPICS.length);

    const restored: string[] = [];
    b.backplane.on('restored', () => restored.push('restored'));
    masters.servers[2].freeze();
    await eventually(() => a.backplane.away && b.backplane.away);
    masters.servers[2].thaw();
    await masters.agree();
    await eventually(() => !a.backplane.away && !b.backplane.away, 10_000);
    expect(restored).toEqual(['restored']);

    await Promise.all(TOPICS.map((topic) => a.topics.publish(topic, topic)));
    await eventually(() => got.length >= TOPICS.length);
    expect(got.toSorted()).toEqual(TOPICS.toSorted());
    await Promise.all([a.close(), b.close()]);
  });
});
