import type { Clock } from '../common/clock.js';
import type { RedisAddress } from '../config/redis-url.js';
import { Backplane, Cluster, Documents } from './cluster.js';
import { NODE_SCRIPTS } from './internal/redis-sets/node-scripts.js';
import { RedisLeasedSets } from './internal/redis-sets/redis-leased-sets.js';
import { SET_SCRIPTS } from './internal/redis-sets/set-scripts.js';
import type { SetTimes } from './internal/redis-sets/scope-care.js';
import { DOCUMENT_SCRIPTS, RedisDocuments } from './internal/redis/redis-documents.js';
import { RedisLimiter } from './internal/redis/redis-limiter.js';
import { RedisLink } from './internal/redis/redis-link.js';
import { RedisTopics } from './internal/redis/redis-topics.js';
import type { Limit, Limiter } from './limiter.js';

/** Any number of nodes that share a Redis, or a Redis Cluster. */
export class RedisCluster extends Cluster {
  readonly topics: RedisTopics;
  readonly sets: RedisLeasedSets;
  readonly documents: Documents;
  readonly backplane: Backplane;
  private readonly link: RedisLink;

  constructor(address: RedisAddress, clock: Clock, setTimes?: SetTimes) {
    super();
    this.link = new RedisLink(address, clock, [...DOCUMENT_SCRIPTS, ...SET_SCRIPTS, ...NODE_SCRIPTS]);
    this.backplane = this.link.backplane;
    this.topics = new RedisTopics(this.link);
    this.sets = new RedisLeasedSets(this.link, clock, setTimes);
    this.documents = new RedisDocuments(this.link, clock);
  }

  limiter(limit: Limit): Limiter {
    return new RedisLimiter(this.link, limit);
  }

  /** Resolves once the Redis has been reached, or after two seconds without it: it goes on trying. */
  start(): Promise<void> {
    this.sets.start();
    return this.link.start();
  }

  /** Hands over what is still on its way out, and ends the connections. */
  async close(): Promise<void> {
    this.topics.flush();
    await this.sets.stop();
    await this.link.close();
  }
}
