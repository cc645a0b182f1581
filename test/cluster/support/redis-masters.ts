import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { RedisServer } from '../../support/redis-server.js';

const SLOTS = 16_384;

/** A real Redis Cluster: three masters with a third of the slots each. */
export class RedisMasters {
  private constructor(
    readonly servers: readonly [RedisServer, RedisServer, RedisServer],
    /** One address is enough to find the others. */
    readonly url: string,
  ) {}

  static async start(): Promise<RedisMasters> {
    const busPorts = [await freePort(), await freePort(), await freePort()] as const;
    const open = (port: number) =>
      RedisServer.start({
        args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-port', String(port)],
      });
    const servers = await Promise.all([open(busPorts[0]), open(busPorts[1]), open(busPorts[2])] as const);
    const [first] = servers;
    for (const [index, server] of servers.entries()) {
      const [from, to] = [index, index + 1].map((third) => Math.round((SLOTS * third) / servers.length));
      await server.command('CLUSTER', 'ADDSLOTSRANGE', from!, to! - 1);
      await server.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      if (server !== first) await first.command('CLUSTER', 'MEET', '127.0.0.1', server.port, busPorts[index]!);
    }
    const masters = new RedisMasters(servers, `redis://127.0.0.1:${servers[1].port},127.0.0.1:${first.port}`);
    await masters.agree();
    return masters;
  }

  /** Resolves once all of them see a whole cluster. */
  agree(): Promise<unknown> {
    return eventually(async () => {
      const infos = await Promise.all(this.servers.map((server) => server.command('CLUSTER', 'INFO')));
      return infos.every((info) => /cluster_state:ok[^]*cluster_known_nodes:3/.test(String(info)));
    }, 15_000);
  }

  async flush(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.command('FLUSHALL')));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
