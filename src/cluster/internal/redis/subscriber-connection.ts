import { Redis, RedisOptions } from 'ioredis';
import type { Clock } from '../../../common/clock.js';
import { answers, giveUpStuckHandshakes } from './connection.js';
import type { ConnectionEvents } from './redis-commands.js';
import type { ServerKind } from './server-kind.js';

/** Most channels that one command names. */
const CHANNELS_AT_ONCE = 500;

export interface SubscriberEvents extends ConnectionEvents {
  message(channel: string, message: string): void;
  /** A channel belongs to another server of the cluster by now. */
  moved(): void;
}

/** One connection that messages come in by. It keeps to what is wanted, also when it breaks and is made anew. */
export class SubscriberConnection {
  private readonly redis: Redis;
  private readonly wanted = new Set<string>();
  /** What the server has been told of on this connection. */
  private readonly held = new Set<string>();
  private readonly touched = new Set<string>();
  private nextFlush: Promise<void> | undefined;
  private lastFlush: Promise<unknown> = Promise.resolve();
  private isWhole = false;

  constructor(
    options: RedisOptions,
    private readonly kind: ServerKind,
    private readonly clock: Clock,
    private readonly events: SubscriberEvents,
  ) {
    this.redis = new Redis(options);
    giveUpStuckHandshakes(this.redis, clock);
    this.redis.on(kind.sharded ? 'smessage' : 'message', (channel: string, message: string) => {
      events.message(channel, message);
    });
    this.redis.on('error', (error) => {
      this.fail(error);
    });
    this.redis.on('ready', () => void this.begin());
    this.redis.on('close', () => {
      this.isWhole = false;
      events.changed();
    });
  }

  /** Whether all that is wanted has been subscribed to since the connection was made. */
  get whole(): boolean {
    return this.isWhole;
  }

  /** Resolves once the server has confirmed it, or the connection has broken: then it is confirmed before it is whole again. */
  add(channel: string): Promise<void> {
    this.wanted.add(channel);
    return this.touch(channel);
  }

  remove(channel: string): void {
    this.wanted.delete(channel);
    void this.touch(channel);
  }

  async check(): Promise<void> {
    if (this.redis.status === 'ready') await answers(this.redis, this.clock);
  }

  /** Makes the connection anew. */
  renew(): void {
    if (this.redis.status === 'ready') this.redis.disconnect(true);
  }

  close(): void {
    this.redis.disconnect();
  }

  private async begin(): Promise<void> {
    const { stream } = this.redis;
    this.held.clear();
    for (const channel of this.wanted) this.touched.add(channel);
    await this.flush();
    if (this.redis.stream !== stream || this.redis.status !== 'ready') return;
    this.isWhole = true;
    this.events.changed();
  }

  /** What is wanted when the turn is over counts, however often that has changed. */
  private touch(channel: string): Promise<void> {
    this.touched.add(channel);
    this.nextFlush ??= new Promise((resolve) => {
      setImmediate(() => {
        this.nextFlush = undefined;
        resolve(this.flush());
      });
    });
    return this.nextFlush;
  }

  private async flush(): Promise<void> {
    const touched = [...this.touched];
    this.touched.clear();
    if (this.redis.status !== 'ready') return;
    const removed = touched.filter((channel) => this.held.has(channel) && !this.wanted.has(channel));
    const added = touched.filter((channel) => !this.held.has(channel) && this.wanted.has(channel));
    for (const channel of removed) this.held.delete(channel);
    for (const channel of added) this.held.add(channel);
    const sent = [
      ...this.chunks(removed).map((chunk) => this.unsubscribe(chunk)),
      ...this.chunks(added).map((chunk) => this.subscribe(chunk)),
    ];
    // A channel that was asked for before may be confirmed only now.
    this.lastFlush = Promise.all([this.lastFlush, ...sent]);
    await this.lastFlush;
  }

  private async subscribe(channels: string[]): Promise<void> {
    try {
      await (this.kind.sharded ? this.redis.ssubscribe(...channels) : this.redis.subscribe(...channels));
    } catch (error) {
      for (const channel of channels) this.held.delete(channel);
      this.fail(error);
    }
  }

  private async unsubscribe(channels: string[]): Promise<void> {
    try {
      await (this.kind.sharded ? this.redis.sunsubscribe(...channels) : this.redis.unsubscribe(...channels));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const message = error instanceof Error ? error.message : '';
    if (message.startsWith('MOVED ')) this.events.moved();
    else this.events.failed(error);
    // A word that nobody had asked for, as when a slot moves: from now on answers would be taken for others.
    if (message.includes('Command queue state error')) this.renew();
  }

  /** In a cluster a command may name channels of one slot only. */
  private chunks(channels: string[]): string[][] {
    const size = this.kind.cluster ? 1 : CHANNELS_AT_ONCE;
    const chunks = [];
    for (let from = 0; from < channels.length; from += size) chunks.push(channels.slice(from, from + size));
    return chunks;
  }
}
