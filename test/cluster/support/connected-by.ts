import { SessionWatch } from '../../../src/auth/internal/session-watch.js';
import { RedisServer } from '../../support/redis-server.js';
import { startTwoNodes } from './two-nodes.js';
import type { TwoNodes } from './two-nodes.js';

/** Two nodes, and what becomes of what they reach each other by when something ends on one of them. */
export interface Connected extends TwoNodes {
  /** Breaks what is to be broken: what is done after it is told by Postgres alone. */
  breakOff(): Promise<void>;
  mend(): Promise<void>;
}

export interface Connection {
  by: string;
  /** How soon a node acts on what has ended on the other (protocol 1.1, 2.1). */
  withinMs: number;
  start: () => Promise<Connected>;
}

const nothing = () => Promise.resolve();

/** Every way in which two nodes learn from each other what has ended. */
export const CONNECTIONS: readonly Connection[] = [
  {
    by: 'Redis',
    withinMs: 1000,
    start: async () => {
      const { nodes } = await onRedis();
      // Not by what comes in its place.
      nodes.b.app.get(SessionWatch, { strict: false }).beforeApplicationShutdown();
      return { ...nodes, breakOff: nothing, mend: nothing };
    },
  },
  {
    by: 'Postgres, Redis being frozen',
    withinMs: 5000,
    start: async () => {
      const { nodes, redis } = await onRedis();
      const freeze = () => {
        redis.freeze();
        return Promise.resolve();
      };
      return { ...nodes, breakOff: freeze, mend: () => redis.restart() };
    },
  },
  {
    by: 'Postgres, Redis being dead',
    withinMs: 5000,
    start: async () => {
      const { nodes, redis } = await onRedis();
      return { ...nodes, breakOff: () => redis.kill(), mend: () => redis.restart() };
    },
  },
  {
    by: 'Postgres, there being no Redis',
    withinMs: 5000,
    start: async () => ({ ...(await startTwoNodes()), breakOff: nothing, mend: nothing }),
  },
];

async function onRedis(): Promise<{ nodes: TwoNodes; redis: RedisServer }> {
  const redis = await RedisServer.start();
  const nodes = await startTwoNodes({ REDIS_URL: redis.url });
  const close = async () => {
    await nodes.close();
    await redis.stop();
  };
  return { nodes: { ...nodes, close }, redis };
}
