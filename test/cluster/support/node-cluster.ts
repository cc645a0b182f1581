import { DurablePostgres } from '../../faults/support/durable-postgres.js';
import { MortalServer } from '../../faults/support/mortal-server.js';
import { RedisServer } from '../../support/redis-server.js';

interface NodeClusterOptions {
  nodes?: number;
  /** Settings of every node. */
  env?: Record<string, string>;
  /** A file of the tests that every node loads before the program, to put a failpoint into it. */
  preload?: string;
}

/** Several nodes of one Parley, each a process, on a Postgres and a Redis of their own. */
export class NodeCluster {
  private constructor(
    readonly postgres: DurablePostgres,
    readonly redis: RedisServer,
    readonly nodes: readonly MortalServer[],
  ) {}

  static async start({ nodes = 3, env = {}, preload }: NodeClusterOptions = {}): Promise<NodeCluster> {
    const [postgres, redis] = await Promise.all([DurablePostgres.start(), RedisServer.start()]);
    const settings = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...env };
    const started = await Promise.all(Array.from({ length: nodes }, () => MortalServer.start(settings, preload)));
    return new NodeCluster(postgres, redis, started);
  }

  node(index: number): MortalServer {
    return this.nodes[index % this.nodes.length]!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis.stop();
    await this.postgres.remove();
  }
}
