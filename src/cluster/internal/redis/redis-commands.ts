import calculateSlot from 'cluster-key-slot';
import { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../../common/clock.js';
import type { RedisAddress } from '../../../config/redis-url.js';
import { answers, giveUpStuckHandshakes } from './connection.js';
import { within } from './deadline.js';
import { COMMAND_TIMEOUT_MS, connectionOptions, retryStrategy } from './redis-options.js';
import type { RedisScript } from './redis-script.js';
import type { ServerKind } from './server-kind.js';

const SLOTS_REFRESH_MS = 5000;
const PROBE_MS = 10_000;
/** So many keys without one of its own: by then it is in charge of none. */
const MOST_PROBES = 10_000;

export interface ConnectionEvents {
  /** Whether it can be used may have changed. */
  changed(): void;
  failed(error: unknown): void;
}

type Run = (...args: (string | number)[]) => Promise<unknown>;

/** The connections that commands go over: one, or one to each master of a cluster. Commands of one turn go out together. */
export class RedisCommands {
  readonly client: Redis | Cluster;
  private answering = true;
  private corked = false;

  constructor(
    address: RedisAddress,
    readonly kind: ServerKind,
    scripts: readonly RedisScript[],
    private readonly clock: Clock,
    private readonly events: ConnectionEvents,
  ) {
    this.client = kind.cluster ? this.openCluster(address) : this.openServer(address);
    // All before the first command: what is collected for one write knows only those that were there when it began.
    for (const { name, lua, keys } of scripts) this.client.defineCommand(name, { lua, numberOfKeys: keys });
    this.client.on('error', (error) => {
      events.failed(error);
    });
    for (const event of ['ready', 'close'] as const) {
      this.client.on(event, () => {
        events.changed();
      });
    }
  }

  /** Whether every server that is needed answers. */
  get up(): boolean {
    return this.client.status === 'ready' && this.answering;
  }

  /** Hands a message over when the piece of work that runs now is over; it waits for no answer to one before. */
  publish(channel: string, message: string): Promise<unknown> {
    this.cork((uncork) => {
      process.nextTick(uncork);
    });
    return this.kind.sharded ? this.client.spublish(channel, message) : this.client.publish(channel, message);
  }

  get(key: string): Promise<string | null> {
    return this.client.get(key);
  }

  /** Runs a script on the server of its keys; from the second time on only its hash is sent. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    this.cork((uncork) => setImmediate(uncork));
    const client = this.client as unknown as Partial<Record<string, Run>>;
    // As a method, which it is: it needs its client.
    return client[script.name]?.(...keys, ...args) ?? Promise.reject(new Error(`${script.name} is not defined`));
  }

  /** Asks every server for a sign of life: one that is full, or whose disk is, answers and stores nothing. */
  async check(): Promise<void> {
    const masters = this.masters();
    const alive = await Promise.all(masters.map((redis) => (redis ? this.takesWrites(redis) : Promise.resolve(false))));
    if (masters.includes(undefined)) this.refreshTopology();
    this.answering = !alive.includes(false);
    this.events.changed();
  }

  /** `host:port` of the server that a channel belongs to; undefined: any. */
  ownerOf(slot: number): string | undefined {
    return this.client instanceof Cluster ? this.client.slots[slot]?.[0] : undefined;
  }

  /** `host:port` of all who own slots; none where there is but one server. */
  get owners(): ReadonlySet<string> {
    const slots = this.client instanceof Cluster ? this.client.slots : [];
    return new Set(slots.flatMap((servers) => servers[0] ?? []));
  }

  /** Calls when the slots have been read anew. */
  onTopology(listener: () => void): void {
    this.client.on('refresh', listener);
  }

  refreshTopology(): void {
    if (this.client instanceof Cluster) this.client.refreshSlotsCache();
  }

  close(): void {
    this.client.disconnect();
  }

  /** What is sent until then costs one write. ioredis' own pipelines fail as a whole when a command in them is given up. */
  private cork(then: (callback: () => void) => unknown): void {
    if (!(this.client instanceof Redis) || this.corked) return;
    const { stream } = this.client;
    this.corked = true;
    stream.cork();
    then(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  private async takesWrites(redis: Redis): Promise<boolean> {
    if (!(await answers(redis, this.clock))) return false;
    try {
      await within(COMMAND_TIMEOUT_MS, this.clock, redis.set(this.probeOf(redis), '', 'PX', PROBE_MS));
      return true;
    } catch (error) {
      this.events.failed(error);
      return false;
    }
  }

  /** A key that this server is in charge of. */
  private probeOf(redis: Redis): string {
    const server = keyOf(redis);
    for (let n = 0; ; n += 1) {
      const key = `parley:probe:${n}`;
      const owner = this.ownerOf(calculateSlot(key)) ?? server;
      if (owner === server || n === MOST_PROBES) return key;
    }
  }

  private masters(): (Redis | undefined)[] {
    if (!(this.client instanceof Cluster)) return [this.client];
    const nodes = new Map(this.client.nodes('master').map((redis) => [keyOf(redis), redis]));
    return [...this.owners].map((owner) => nodes.get(owner));
  }

  private openServer(address: RedisAddress): Redis {
    const redis = new Redis({ ...connectionOptions(address), ...this.kind.server });
    giveUpStuckHandshakes(redis, this.clock);
    return redis;
  }

  private openCluster(address: RedisAddress): Cluster {
    const { retryStrategy: _, db: __, ...redisOptions } = connectionOptions(address);
    const cluster = new Cluster([...address.servers], {
      redisOptions,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      // A certificate names a host: it is not looked up before.
      ...(address.tls && {
        dnsLookup: (host: string, done: (err: null, host: string) => void) => {
          done(null, host);
        },
      }),
    });
    cluster.on('+node', (redis: Redis) => {
      giveUpStuckHandshakes(redis, this.clock);
    });
    cluster.on('node error', (error) => {
      this.events.failed(error);
    });
    return cluster;
  }
}

function keyOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
