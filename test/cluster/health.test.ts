import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { metricsOf } from '../support/metrics.js';
import { RedisServer } from '../support/redis-server.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

describe('health of a node that shares a Redis (8)', () => {
  let redis: RedisServer;
  let node: TestApp;

  beforeAll(async () => {
    redis = await RedisServer.start();
    node = await startTestApp({ env: { REDIS_URL: redis.url } });
  });

  afterAll(async () => {
    await node.close();
    await redis.stop();
  });

  it('is ok, degraded while the Redis is away, and ok again', async () => {
    const ok = { http: 200, status: 'ok', checks: { database: 'ok', cluster: 'ok' } };
    expect(await ready()).toEqual(ok);
    await redis.kill();
    await eventually(async () => (await ready()).status !== 'ok');
    expect(await ready()).toEqual({ http: 200, status: 'degraded', checks: { database: 'ok', cluster: 'away' } });
    expect((await metricsOf(node.url)).get('parley_redis_up')).toBe(0);
    await redis.restart();
    await eventually(async () => (await ready()).status === 'ok');
    expect(await ready()).toEqual(ok);
    expect((await metricsOf(node.url)).get('parley_redis_up')).toBe(1);
  });

  it('starts while the Redis is away, and is degraded', async () => {
    await redis.kill();
    const late = await startTestApp({ env: { REDIS_URL: redis.url }, databaseUrl: node.databaseUrl });
    const answer = (await (await fetch(`${late.url}/health/ready`)).json()) as object;
    await late.close();
    await redis.restart();
    expect(answer).toEqual({ status: 'degraded', checks: { database: 'ok', cluster: 'away' } });
  });

  async function ready(): Promise<{ http: number; status: string; checks: object }> {
    const response = await fetch(`${node.url}/health/ready`);
    return { http: response.status, ...((await response.json()) as { status: string; checks: object }) };
  }
});
