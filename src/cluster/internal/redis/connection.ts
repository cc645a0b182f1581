import type { Redis } from 'ioredis';
import type { Clock } from '../../../common/clock.js';
import { COMMAND_TIMEOUT_MS } from './redis-options.js';
import { within } from './deadline.js';

const HANDSHAKE_TIMEOUT_MS = 1000;

/** A server that stands still takes connections and answers nothing: such a connection is given up and made anew. */
export function giveUpStuckHandshakes(redis: Redis, clock: Clock): void {
  redis.on('connect', () => {
    const { stream } = redis;
    clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (redis.stream === stream && redis.status === 'connect') redis.disconnect(true);
    });
  });
}

/** Whether the server answers on this connection; one that is open and silent is given up and made anew. */
export async function answers(redis: Redis, clock: Clock): Promise<boolean> {
  const { stream } = redis;
  try {
    await within(COMMAND_TIMEOUT_MS, clock, redis.ping());
    return true;
  } catch {
    if (redis.stream === stream && redis.status === 'ready') redis.disconnect(true);
    return false;
  }
}
