import type { SetDelta } from '../../../src/cluster/cluster.js';
import type { RedisCluster } from '../../../src/cluster/redis-cluster.js';
import { inbox } from '../../contract/cluster-under-test.js';
import { Replica } from '../../contract/replica.js';
import { eventually } from '../../support/eventually.js';
import { RedisServer } from '../../support/redis-server.js';
import { redisNode } from './redis-nodes.js';
import { StoppableClock } from './stoppable-clock.js';

/** Times that a test can wait for, in the proportions of the true ones; nobody stands still by accident. */
export const QUICK = { leaseMs: 1500, renewMs: 300, frozenMs: 60_000, compareMs: 300, holdMs: 1200 };

export interface Node {
  cluster: RedisCluster;
  clock: StoppableClock;
}

/** Nodes that share a Redis of their own. */
export class LeaseScene {
  private readonly nodes: Node[] = [];

  private constructor(readonly redis: RedisServer) {}

  static async start(): Promise<LeaseScene> {
    return new LeaseScene(await RedisServer.start());
  }

  async open(times = QUICK): Promise<Node> {
    const clock = new StoppableClock();
    const node = { cluster: await redisNode(this.redis.url, { clock, setTimes: times }), clock };
    this.nodes.push(node);
    return node;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ cluster }) => cluster.close()));
    await this.redis.stop();
  }

  allAre(state: 'away' | 'here'): Promise<unknown> {
    return eventually(() => this.nodes.every(({ cluster }) => cluster.sets.stale === (state === 'away')));
  }
}

/** As kill -9: nothing of it happens any more, and it says nothing. */
export async function die({ cluster, clock }: Node): Promise<void> {
  clock.stop();
  await (cluster as unknown as { link: { close(): Promise<void> } }).link.close();
}

export async function names({ cluster: { sets } }: Node, scope = 's'): Promise<string[]> {
  return (await sets.read(scope)).members.map(({ member }) => member);
}

/** What a node tells of the scope: every delta, and what they make of the snapshot. */
export async function follow({ cluster: { sets } }: Node, scope = 's') {
  const { got, listener } = inbox<SetDelta>();
  const { snapshot } = await sets.watch(scope, listener);
  return {
    got,
    told: () => got.map(({ kind, entry: { member } }) => `${kind} ${member}`),
    state: () => {
      const replica = new Replica(snapshot);
      for (const delta of got) replica.apply(delta);
      return replica.state().members.map(({ member }) => member);
    },
    versionsGrow: () => {
      const versions = [snapshot.version, ...got.map(({ version }) => version)];
      return versions.every((version, n) => n === 0 || version > (versions[n - 1] ?? 0));
    },
  };
}
