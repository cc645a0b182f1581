import { Redis } from 'ioredis';
import type { RedisAddress } from '../../../config/redis-url.js';
import { COMMAND_TIMEOUT_MS, connectionOptions } from './redis-options.js';

/** What the server is, which only itself can say. */
export interface ServerKind {
  /** The one that answered. */
  server: RedisAddress['servers'][number];
  cluster: boolean;
  /** Whether it has sharded pub/sub, from Redis 7 on, and this user may use it. */
  sharded: boolean;
}

/** Asks the first of the servers that answers. @throws what the last one failed with */
export async function askServerKind(address: RedisAddress): Promise<ServerKind> {
  let failure: unknown;
  for (const server of address.servers) {
    try {
      return await ask(address, server);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function ask(address: RedisAddress, server: RedisAddress['servers'][number]): Promise<ServerKind> {
  const redis = new Redis({
    ...connectionOptions(address),
    ...server,
    // A server of a cluster has no other database, and refuses to be asked for one.
    db: 0,
    lazyConnect: true,
    retryStrategy: () => null,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  const failure = new Promise<never>((_, reject) => {
    redis.on('error', reject);
  });
  try {
    // What `connect` rejects with does not say why.
    await Promise.race([failure, redis.connect()]);
    const cluster = /^cluster_enabled:1/m.test(await redis.info('cluster'));
    // Otherwise a database that the server does not have goes unnoticed, and the first one is used.
    if (!cluster && address.database !== 0) await redis.select(address.database);
    return { server, cluster, sharded: await hasShardedPubSub(redis) };
  } finally {
    redis.disconnect();
  }
}

async function hasShardedPubSub(redis: Redis): Promise<boolean> {
  try {
    await redis.spublish('parley:hello', '');
    return true;
  } catch (error) {
    // A server of a cluster that has it may say that the channel belongs to another.
    return error instanceof Error && /^(MOVED|ASK|CLUSTERDOWN|TRYAGAIN) /.test(error.message);
  }
}
