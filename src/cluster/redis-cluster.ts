import type { Clock } from '../common/clock.js';
import type { RedisAddress } from '../config/redis-url.js';
import { Backplane, Cluster, Documents, LeasedSets, Topics } from './cluster.js';
import { LocalLeasedSets } from './internal/local-leased-sets.js';
import { RedisDocuments } from './internal/redis/redis-documents.js';
import { RedisLimiter } from './internal/redis/redis-limiter.js';
import { RedisLink } from './internal/redis/redis-link.js';
import { RedisTopics } from './internal/redis/redis-topics.js';
import type { Limit, Limiter } from './limiter.js';

/** Any number of nodes that share a Redis, or a Redis Cluster. */
export class RedisCluster extends Cluster {
  readonly topics: Topics;
  readonly sets: LeasedSets;
  readonly documents: Documents;
  readonly backplane: Backplane;
  private readonly link: RedisLink;

  constructor(address: RedisAddress, clock: Clock) {
    super();
    this.link = new RedisLink(address, clock);
    this.backplane = this.link.backplane;
    this.topics = new RedisTopics(this.link);
    this.sets = new LocalLeasedSets(clock);
    this.documents = new RedisDocuments(this.link, clock);
  }

  limiter(limit: Limit): Limiter {
    return new RedisLimiter(this.link, limit);
  }

  /** Resolves once the Redis has been reached, or after two seconds without it: it goes on trying. */
  start(): Promise<void> {
    return this.link.start();
  }

  /** Hands over what is still on its way out, and ends the connections. */
  close(): Promise<void> {
    return this.link.close();
  }
}
