import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, registerAccount } from '../support/accounts.js';
import { eventually } from '../support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { startTwoNodes } from './support/two-nodes.js';
import type { TwoNodes } from './support/two-nodes.js';

describe('A1: wrong passwords at several nodes (8)', () => {
  let redis: RedisServer;
  let nodes: TwoNodes;
  beforeAll(async () => {
    redis = await RedisServer.start();
    nodes = await startTwoNodes({ REDIS_URL: redis.url, RATE_LIMIT_DISABLED: '0' });
  });
  afterAll(async () => {
    await nodes.close();
    await redis.stop();
  });

  /** The answers to one try after the other, each at the other node. */
  async function tries(count: number, username: string, password = 'a wrong password'): Promise<number[]> {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const { api } = n % 2 === 0 ? nodes.a : nodes.b;
      statuses.push((await api.post('/auth/login', { username, password })).status);
    }
    return statuses;
  }

  it('are counted together, and forgiven together', async () => {
    const { username } = await registerAccount(nodes.a.api);
    expect(await tries(4, username)).toEqual([401, 401, 401, 401]);
    expect(await tries(2, username, PASSWORD)).toEqual([200, 200]);
    expect(await tries(6, username)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await redis.command('KEYS', `*${username}*`)).toEqual([]);
  });

  it('are counted by each node for itself while the Redis is away', async () => {
    const { username } = await registerAccount(nodes.a.api);
    await redis.kill();
    expect(await tries(12, username)).toEqual([...Array<number>(10).fill(401), 429, 429]);
    await redis.restart();
    // There, none has been counted.
    await eventually(async () => (await tries(1, username))[0] === 401);
  });

  it('are answered while the Redis is frozen', async () => {
    const { username } = await registerAccount(nodes.a.api);
    redis.freeze();
    expect(await tries(2, username)).toEqual([401, 401]);
    redis.thaw();
  });
});
