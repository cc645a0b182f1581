import { Global, Inject, Module, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { parseRedisUrl } from '../config/redis-url.js';
import { Settings } from '../config/settings.js';
import { Cluster } from './cluster.js';
import { EventBridge } from './event-bridge.js';
import { LocalCluster } from './local-cluster.js';
import { RateLimits } from './rate-limits.js';
import { RedisCluster } from './redis-cluster.js';

/** One node alone, or with REDIS_URL any number of them. */
@Global()
@Module({
  providers: [{ provide: Cluster, inject: [Settings, Clock], useFactory: open }, EventBridge, RateLimits],
  exports: [Cluster, RateLimits],
})
export class ClusterModule implements OnApplicationShutdown {
  constructor(@Inject(Cluster) private readonly cluster: Cluster) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.cluster instanceof RedisCluster) await this.cluster.close();
  }
}

async function open({ REDIS_URL }: Settings, clock: Clock): Promise<Cluster> {
  const address = parseRedisUrl(REDIS_URL);
  if (!address) return new LocalCluster(clock);
  const cluster = new RedisCluster(address, clock);
  await cluster.start();
  return cluster;
}
