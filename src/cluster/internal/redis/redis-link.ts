import { Logger } from '@nestjs/common';
import { ReplyError } from 'ioredis';
import type { Cluster, Redis } from 'ioredis';
import { Cancel, Clock } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';
import type { RedisAddress } from '../../../config/redis-url.js';
import { within } from './deadline.js';
import { RedisBackplane } from './redis-backplane.js';
import { RedisCommands } from './redis-commands.js';
import { COMMAND_TIMEOUT_MS, retryStrategy } from './redis-options.js';
import type { RedisScript } from './redis-script.js';
import { RedisSubscriptions } from './redis-subscriptions.js';
import { askServerKind, ServerKind } from './server-kind.js';

const CHECK_MS = 1000;
/** A start waits so long for a Redis that is away, and goes on without it. */
const START_TIMEOUT_MS = 2000;
/** Messages that come in by one connection alone may be missing for so long before the Redis counts as away. */
const SUBSCRIBER_GRACE_MS = 1000;
/** Characters that are on their way out at once, to a server that has stopped reading; what comes on top is lost. */
const MOST_IN_FLIGHT = 33_554_432;
/** Answers that say that the server cannot serve now, which another time it may. */
const NOT_NOW = /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|TRYAGAIN|BUSY|NOREPLICAS|OOM|MISCONF) /;

/** This node's way to the Redis: its connections, and whether they can be relied on. */
export class RedisLink {
  readonly backplane = new RedisBackplane();
  private readonly logger = new Logger(RedisLink.name);
  private readonly subscriptions: RedisSubscriptions;
  private commands: RedisCommands | undefined;
  /** Messages may have been lost since the last `restored`. */
  private missed = true;
  private stopWaiting: Cancel | undefined;
  private stopChecking: Cancel = () => undefined;
  private inFlight = 0;
  private beforeCommand: () => void = () => undefined;
  private whenIdle: () => void = () => undefined;
  private lastFailure = 'it does not answer';
  private closed = false;

  constructor(
    private readonly address: RedisAddress,
    private readonly clock: Clock,
    /** All that `run` will be asked for. */
    private readonly scripts: readonly RedisScript[],
  ) {
    this.subscriptions = new RedisSubscriptions(address, clock, this.events);
  }

  /** Resolves once the Redis has been reached, or after two seconds without it: it goes on trying. */
  async start(): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.backplane.on('restored', resolve);
    });
    void this.open();
    await within(START_TIMEOUT_MS, this.clock, reached).catch(() => {
      this.logger.warn({ msg: 'Redis is away', reason: this.lastFailure });
    });
  }

  /** Hands over what is still on its way out, and ends the connections. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopChecking();
    this.stopWaiting?.();
    this.subscriptions.close();
    if (this.inFlight > 0) {
      const idle = new Promise<void>((resolve) => (this.whenIdle = resolve));
      await within(COMMAND_TIMEOUT_MS, this.clock, idle).catch(() => undefined);
    }
    this.commands?.close();
  }

  /**
   * What the Redis answers to a command. One that got no answer may still have been carried out, or may be later.
   * @throws Unavailable while it is away, at the command time-out, and when the connection breaks
   */
  async ask<T>(command: (redis: RedisCommands) => Promise<T>): Promise<T> {
    const { commands } = this;
    if (!commands?.up || this.closed) throw new Unavailable();
    this.beforeCommand();
    try {
      return await within(COMMAND_TIMEOUT_MS, this.clock, command(commands));
    } catch (error) {
      // The server has understood the command and refuses it: a defect, not a fault.
      if (error instanceof ReplyError && !NOT_NOW.test((error as Error).message)) throw error;
      throw new Unavailable();
    }
  }

  /** What is called before each command, so that what waits to be published can go out first. */
  beforeCommands(listener: () => void): void {
    this.beforeCommand = listener;
  }

  /** For a library that sends its commands itself; undefined while the Redis is away. One client for the link's life. */
  get client(): Redis | Cluster | undefined {
    return this.commands?.up && !this.closed ? this.commands.client : undefined;
  }

  /** The answer of a script, which runs in one piece; see `ask`. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.ask((redis) => redis.run(script, keys, args));
  }

  /** Hands a message over, in order, without waiting; it is lost when the Redis is away. */
  publish(channel: string, message: string): void {
    const { length } = message;
    if (!this.commands?.up || this.closed || this.inFlight + length > MOST_IN_FLIGHT) return;
    this.inFlight += length;
    const over = (outcome: unknown) => {
      this.inFlight -= length;
      if (outcome instanceof Error) this.lastFailure = outcome.message;
      if (this.inFlight === 0) this.whenIdle();
    };
    this.commands.publish(channel, message).then(over, over);
  }

  /** Resolves once the server has confirmed it; while the Redis is away, at once: it counts from `restored` on. */
  subscribe(channel: string, listener: (message: string) => void): Promise<Cancel> {
    return this.subscriptions.subscribe(channel, listener);
  }

  private get events() {
    return {
      changed: () => {
        this.assess();
      },
      failed: (error: unknown) => {
        // Not the error as a whole: it carries the command, which may be the one with the password.
        this.lastFailure = error instanceof Error ? error.message : String(error);
      },
      missed: () => {
        this.missed = true;
        this.assess();
      },
    };
  }

  private async open(): Promise<void> {
    const kind = await this.findOut();
    if (!kind || this.closed) return;
    this.commands = new RedisCommands(this.address, kind, this.scripts, this.clock, this.events);
    this.subscriptions.open(this.commands);
    this.stopChecking = this.clock.every(CHECK_MS, () => void this.check());
  }

  private async findOut(): Promise<ServerKind | undefined> {
    for (let times = 1; !this.closed; times += 1) {
      try {
        return await askServerKind(this.address);
      } catch (error) {
        this.events.failed(error);
        await new Promise<void>((resolve) => this.clock.after(retryStrategy(times), resolve));
      }
    }
    return undefined;
  }

  private async check(): Promise<void> {
    await Promise.all([this.commands?.check(), this.subscriptions.check()]);
  }

  private assess(): void {
    if (this.closed) return;
    if (!this.commands?.up) this.lose();
    else if (!this.subscriptions.up) this.loseLater();
    else if (this.missed) this.restore();
  }

  private lose(): void {
    this.missed = true;
    if (this.backplane.away) return;
    this.logger.warn({ msg: 'Redis is away', reason: this.lastFailure });
    this.backplane.lose();
  }

  private loseLater(): void {
    this.missed = true;
    this.stopWaiting ??= this.clock.after(SUBSCRIBER_GRACE_MS, () => {
      this.stopWaiting = undefined;
      if (!this.subscriptions.up) this.lose();
    });
  }

  private restore(): void {
    this.stopWaiting?.();
    this.stopWaiting = undefined;
    this.missed = false;
    if (this.backplane.away) this.logger.log({ msg: 'Redis is here' });
    this.backplane.restore();
  }
}
