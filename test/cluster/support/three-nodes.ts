import { RedisServer } from '../../support/redis-server.js';
import { startTestApp } from '../../support/test-app.js';
import type { TestApp } from '../../support/test-app.js';

/** Three nodes in this process, with one database and one Redis of their own. */
export interface ThreeNodes {
  nodes: readonly [TestApp, TestApp, TestApp];
  redis: RedisServer;
  close(): Promise<void>;
}

/** `env`: settings of all of them. */
export async function startThreeNodes(env: Record<string, string> = {}): Promise<ThreeNodes> {
  const redis = await RedisServer.start();
  const settings = { env: { REDIS_URL: redis.url, ...env } };
  const a = await startTestApp(settings);
  const b = await startTestApp({ ...settings, databaseUrl: a.databaseUrl });
  const c = await startTestApp({ ...settings, databaseUrl: a.databaseUrl });
  return {
    nodes: [a, b, c],
    redis,
    close: async () => {
      await c.close();
      await b.close();
      await a.close();
      await redis.stop();
    },
  };
}
