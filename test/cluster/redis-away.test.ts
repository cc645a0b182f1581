import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackplaneEvent, Cluster, Json } from '../../src/cluster/cluster.js';
import type { RedisCluster } from '../../src/cluster/redis-cluster.js';
import { Unavailable } from '../../src/common/domain-error.js';
import { inbox } from '../contract/cluster-under-test.js';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { redisNode } from './support/redis-nodes.js';

const TTL = { ttlMs: 60_000 };

describe('a Redis in trouble', () => {
  let redis: RedisServer;
  let a: RedisCluster;
  let b: RedisCluster;

  beforeEach(async () => {
    redis = await RedisServer.start();
    [a, b] = await Promise.all([redisNode(redis.url), redisNode(redis.url)]);
  });

  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    await redis.stop();
  });

  it('is here at first', () => {
    expect([a.backplane.away, b.backplane.away]).toEqual([false, false]);
  });

  it('is away once it is killed, and here when it is back, empty', async () => {
    const events = eventsOf(b);
    const { got, listener } = inbox<Json>();
    await b.topics.subscribe('t', listener);
    await a.documents.update('k', () => 1, TTL);
    await redis.kill();
    await bothAre('away');
    expect(events).toEqual(['lost']);
    await redis.restart();
    await bothAre('here');
    expect(events).toEqual(['lost', 'restored']);
    await a.topics.publish('t', 'again');
    await eventually(() => got.length > 0);
    expect(got).toEqual(['again']);
    expect(await a.documents.get('k')).toBeUndefined();
    expect((await b.documents.update('k', (value) => value ?? 'none', TTL))?.value).toBe('none');
  });

  it('is away while it stands still', async () => {
    const { got, listener } = inbox<Json>();
    await b.topics.subscribe('t', listener);
    const events = eventsOf(b);
    redis.freeze();
    await expect(b.documents.get('k')).rejects.toThrow(Unavailable);
    await bothAre('away');
    redis.thaw();
    await bothAre('here');
    expect(events).toEqual(['lost', 'restored']);
    await a.topics.publish('t', 'thawed');
    await eventually(() => got.length > 0);
    expect(got).toEqual(['thawed']);
    expect(await b.documents.get('k')).toBeUndefined();
  });

  it('is away while it is full, and asks nothing of it that it would refuse', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', 1);
    await bothAre('away');
    await expect(a.documents.update('k', () => 1, TTL)).rejects.toThrow(Unavailable);
    expect(await a.sets.join('s', { member: 'm', token: 'm', data: null })).toMatchObject({ status: 'joined' });
    await redis.command('CONFIG', 'SET', 'maxmemory', 0);
    await bothAre('here');
    await eventually(async () => (await b.sets.read('s')).members.length === 1);
  });

  it('tells of lost notifications when only the subscriptions broke', async () => {
    const { got, listener } = inbox<Json>();
    await b.topics.subscribe('t', listener);
    for (let round = 1; round <= 5; round += 1) {
      const events = eventsOf(b);
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(() => events.length > 0);
      expect(events).toEqual(['restored']);
      await a.topics.publish('t', round);
      await eventually(() => got.length === round);
    }
    expect(got).toEqual([1, 2, 3, 4, 5]);
  });

  it('reaches the subscribers of a node itself while it is away', async () => {
    const { got, listener } = inbox<Json>();
    await redis.kill();
    await bothAre('away');
    await a.topics.subscribe('t', listener);
    await a.topics.publish('t', 1);
    await eventually(() => got.length === 1);
    await redis.restart();
    await bothAre('here');
    await b.topics.publish('t', 2);
    await eventually(() => got.length === 2);
    expect(got).toEqual([1, 2]);
  });

  it('refuses documents at once while it is away', async () => {
    await redis.kill();
    await bothAre('away');
    const calls = [
      a.documents.get('k'),
      a.documents.update('k', () => 1, TTL),
      a.documents.compareAndSet('k', 0, 1, TTL),
    ];
    for (const call of calls) await expect(call).rejects.toThrow(Unavailable);
  });

  it('may be away when a node starts, whose password no log line tells', async () => {
    await redis.kill();
    await bothAre('away');
    const lines: unknown[] = [];
    const log = vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => lines.push(line));
    const late = await redisNode(redis.url.replace('//', '//user:hunter2@'));
    expect(late.backplane.away).toBe(true);
    await late.close();
    log.mockRestore();
    expect(lines).toEqual([{ msg: 'Redis is away', reason: expect.stringContaining('ECONNREFUSED') as string }]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');

    const patient = await redisNode(redis.url);
    await redis.restart();
    await eventually(() => !patient.backplane.away);
    expect((await patient.documents.update('k', () => 1, TTL))?.value).toBe(1);
    await patient.close();
  });

  it('is away for a node that is to use a database which it does not have', async () => {
    const [there, missing] = await Promise.all([redisNode(`${redis.url}/15`), redisNode(`${redis.url}/16`)]);
    expect([there.backplane.away, missing.backplane.away]).toEqual([false, true]);
    await Promise.all([there.close(), missing.close()]);
  });

  it('drops a message from outside that is not JSON, and goes on', async () => {
    const log = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const { got, listener } = inbox<Json>();
    await b.topics.subscribe('t', listener);
    await redis.command('SPUBLISH', 'parley:{set:t}:topic', 'from nobody: {not json');
    await a.topics.publish('t', 'next');
    await eventually(() => got.length > 0);
    expect(got).toEqual(['next']);
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  it('has a channel for as long as somebody listens, however fast they change', async () => {
    const { got, listener } = inbox<Json>();
    const first = await b.topics.subscribe('t', listener);
    first();
    const second = b.topics.subscribe('t', listener);
    const third = b.topics.subscribe('t', listener);
    (await second)();
    const last = await third;
    await a.topics.publish('t', 1);
    await eventually(() => got.length > 0);
    expect(got).toEqual([1]);
    last();
    await eventually(async () => {
      const [, listeners] = (await redis.command('PUBSUB', 'SHARDNUMSUB', 'parley:{set:t}:topic')) as [string, number];
      return listeners === 0;
    });
  });

  it('hands over what was published when a node closes', async () => {
    const { got, listener } = inbox<Json>();
    await b.topics.subscribe('t', listener);
    for (let n = 0; n < 100; n += 1) void a.topics.publish('t', n);
    await a.close();
    await eventually(() => got.length === 100);
  });

  it('carries scripts out that the server has forgotten', async () => {
    await a.documents.update('k', () => 1, TTL);
    await redis.command('SCRIPT', 'FLUSH');
    const values = await Promise.all([1, 2, 3].map(() => a.documents.update('k', (n) => Number(n) + 1, TTL)));
    expect(values.map((stored) => stored?.value)).toEqual([2, 3, 4]);
  });

  async function bothAre(state: 'away' | 'here'): Promise<void> {
    await eventually(() => [a, b].every(({ backplane }) => backplane.away === (state === 'away')));
  }
});

function eventsOf({ backplane }: Cluster): BackplaneEvent[] {
  const events: BackplaneEvent[] = [];
  for (const event of ['lost', 'restored', 'fenced'] as const) backplane.on(event, () => events.push(event));
  return events;
}
