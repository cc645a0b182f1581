import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../support/is-alive.js';
import { RedisServer, redisForTests } from '../support/redis-server.js';

describe('the redis-server of the tests', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(() => redis.stop());

  it('keeps what it is told while it is frozen', async () => {
    await redis.command('SET', 'key', 'value');
    redis.freeze();
    const answer = redis.command('GET', 'key');
    redis.thaw();
    expect(await answer).toBe('value');
  });

  it('is the given one where a test only talks to it', async () => {
    const redis = await redisForTests();
    const client = new Redis(redis.url);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    await redis.stop();
  });

  it('is empty after it was killed, at the same place', async () => {
    const { pid, url } = redis;
    await redis.command('SET', 'key', 'value');
    await redis.kill();
    expect(isAlive(pid)).toBe(false);
    await expect(redis.command('PING')).rejects.toThrow();
    await redis.restart();
    expect(redis.url).toBe(url);
    expect(await redis.command('DBSIZE')).toBe(0);
  });
});
