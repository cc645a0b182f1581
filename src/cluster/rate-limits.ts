import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Cluster } from './cluster.js';
import type { Limit, Limiter } from './limiter.js';
import { RedisCluster } from './redis-cluster.js';

/** Limits that all nodes count together by the Redis that they share; while it is away, and without one, each for itself. */
@Injectable()
export class RateLimits {
  constructor(private readonly cluster: Cluster) {}

  limiter(limit: Limit): Limiter {
    if (this.cluster instanceof RedisCluster) return this.cluster.limiter(limit);
    const { name: keyPrefix, points, seconds: duration } = limit;
    return new RateLimiterMemory({ keyPrefix, points, duration });
  }
}
