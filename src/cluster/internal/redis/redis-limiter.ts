import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, Limiter } from '../../limiter.js';
import type { RedisLink } from './redis-link.js';

/** Counts in the Redis, and in memory while it is away or does not answer. */
export class RedisLimiter implements Limiter {
  private readonly here: RateLimiterMemory;
  private shared: RateLimiterRedis | undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly limit: Limit,
  ) {
    const { name: keyPrefix, points, seconds: duration } = limit;
    this.here = new RateLimiterMemory({ keyPrefix, points, duration });
  }

  consume(key: string): Promise<RateLimiterRes> {
    return this.present.consume(hashed(key));
  }

  penalty(key: string): Promise<RateLimiterRes> {
    return this.present.penalty(hashed(key));
  }

  reward(key: string): Promise<RateLimiterRes> {
    return this.present.reward(hashed(key));
  }

  get(key: string): Promise<RateLimiterRes | null> {
    return this.present.get(hashed(key));
  }

  block(key: string, seconds: number): Promise<RateLimiterRes> {
    return this.present.block(hashed(key), seconds);
  }

  delete(key: string): Promise<boolean> {
    return this.present.delete(hashed(key));
  }

  private get present(): Limiter {
    const { client } = this.link;
    if (client === undefined) return this.here;
    const { name, points, seconds: duration } = this.limit;
    this.shared ??= new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `parley:limit:${name}`,
      points,
      duration,
      insuranceLimiter: this.here,
    });
    return this.shared;
  }
}

/** What somebody typed as a name may have been a password: it is not to be read in the Redis. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
