import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Cluster } from '../cluster/cluster.js';
import { Settings } from '../config/settings.js';
import { Metrics } from '../infra/observability/metrics.js';
import { DatabaseCheck } from './database-check.js';

/** How Postgres and Redis are, as this node sees them at the moment of the question. */
@Injectable()
export class DependencyMetrics {
  constructor(metrics: Metrics, database: DatabaseCheck, dataSource: DataSource, cluster: Cluster, settings: Settings) {
    // Before the question below, which waits for a connection as well: gauges are read in the order in which they were made.
    metrics.gauge({
      name: 'parley_postgres_pool_connections',
      help: 'Connections to Postgres that this node holds; at most DATABASE_POOL_SIZE.',
      labelNames: ['state'],
      collect() {
        const { totalCount, idleCount } = poolOf(dataSource);
        this.set({ state: 'idle' }, idleCount);
        this.set({ state: 'busy' }, totalCount - idleCount);
      },
    });
    metrics.gauge({
      name: 'parley_postgres_pool_waiting',
      help: 'Statements that wait for a connection to Postgres.',
      collect() {
        this.set(poolOf(dataSource).waitingCount);
      },
    });
    metrics.gauge({
      name: 'parley_postgres_up',
      help: '1: Postgres answers within a second, on a connection of the pool that requests use.',
      async collect() {
        const up = await database.run().then(
          () => 1,
          () => 0,
        );
        this.set(up);
      },
    });
    if (settings.REDIS_URL === '') return;
    metrics.gauge({
      name: 'parley_redis_up',
      help: '1: other nodes are reached through Redis. Not there without REDIS_URL.',
      collect() {
        this.set(cluster.backplane.away ? 0 : 1);
      },
    });
  }
}

function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}
