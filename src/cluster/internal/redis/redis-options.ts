import type { RedisOptions } from 'ioredis';
import type { RedisAddress } from '../../../config/redis-url.js';

/** A call that Redis has not answered by then is given up. */
export const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1000;
const FIRST_RETRY_MS = 25;
const LONGEST_RETRY_MS = 1000;

/**
 * A command fails at once while there is no connection, and with the connection that it was sent on: it is never kept for
 * later, so nothing grows while Redis is away, and nobody waits for it.
 */
export function connectionOptions({ username, password, database, tls }: RedisAddress): RedisOptions {
  return {
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(database !== 0 && { db: database }),
    ...(tls && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A server that stands still does not answer the end of a connection either.
    disconnectTimeout: 50,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy,
    // A master that has become a replica: the name that we know may lead to the new one by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY '),
  };
}

/** Doubling up to a second; half of it at random, so that nodes do not all come back at once. */
export function retryStrategy(times: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times, 10));
  return longest * (0.5 + Math.random() / 2);
}
