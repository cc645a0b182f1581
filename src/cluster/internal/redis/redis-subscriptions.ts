import { Logger } from '@nestjs/common';
import calculateSlot from 'cluster-key-slot';
import { Cancel, Clock } from '../../../common/clock.js';
import type { RedisAddress } from '../../../config/redis-url.js';
import { within } from './deadline.js';
import type { ConnectionEvents, RedisCommands } from './redis-commands.js';
import { COMMAND_TIMEOUT_MS, connectionOptions } from './redis-options.js';
import { SubscriberConnection } from './subscriber-connection.js';

type Listener = (message: string) => void;

interface SubscriptionEvents extends ConnectionEvents {
  /** Messages may have been lost although no connection broke. */
  missed: () => void;
}

interface Channel {
  readonly name: string;
  readonly listeners: Set<{ listener: Listener }>;
  connection: SubscriberConnection | undefined;
  confirmed: Promise<void>;
}

/** The channels that this node listens to, each on the connection to the server that it belongs to. */
export class RedisSubscriptions {
  private readonly logger = new Logger(RedisSubscriptions.name);
  private readonly channels = new Map<string, Channel>();
  private readonly connections = new Map<string, SubscriberConnection>();
  private commands: RedisCommands | undefined;

  constructor(
    private readonly address: RedisAddress,
    private readonly clock: Clock,
    private readonly events: SubscriptionEvents,
  ) {}

  /** Whether all that is listened to would arrive. */
  get up(): boolean {
    return this.connections.size > 0 && [...this.connections.values()].every(({ whole }) => whole);
  }

  /** Begins, once it is known what the server is. */
  open(commands: RedisCommands): void {
    this.commands = commands;
    commands.onTopology(() => {
      this.arrange(commands);
    });
    this.arrange(commands);
  }

  /** Resolves once the server has confirmed it, or at the time-out: then it is confirmed later, before `up` is true again. */
  async subscribe(name: string, listener: Listener): Promise<Cancel> {
    const channel = this.channels.get(name) ?? this.add(name);
    const seat = { listener };
    channel.listeners.add(seat);
    try {
      await within(COMMAND_TIMEOUT_MS, this.clock, channel.confirmed);
    } catch {
      channel.connection?.renew();
    }
    return () => {
      if (channel.listeners.delete(seat) && channel.listeners.size === 0) this.remove(channel);
    };
  }

  async check(): Promise<void> {
    await Promise.all([...this.connections.values()].map((connection) => connection.check()));
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close();
    this.connections.clear();
  }

  private add(name: string): Channel {
    const connection = this.connectionOf(name);
    const confirmed = connection?.add(name) ?? Promise.resolve();
    const channel: Channel = { name, listeners: new Set(), connection, confirmed };
    this.channels.set(name, channel);
    return channel;
  }

  private remove(channel: Channel): void {
    this.channels.delete(channel.name);
    channel.connection?.remove(channel.name);
  }

  private connectionOf(name: string): SubscriberConnection | undefined {
    const [first] = this.connections.keys();
    const server = this.perServer ? this.commands?.ownerOf(calculateSlot(name)) : first;
    return server === undefined ? undefined : this.connections.get(server);
  }

  /** Whether each server of a cluster passes on its own channels only. */
  private get perServer(): boolean {
    return this.commands !== undefined && this.commands.kind.cluster && this.commands.kind.sharded;
  }

  /** Makes connections to those who own slots by now, and puts each channel on its own. */
  private arrange(commands: RedisCommands): void {
    const { host, port } = commands.kind.server;
    const servers = this.perServer ? commands.owners : new Set([`${host}:${port}`]);
    for (const server of servers) {
      if (!this.connections.has(server)) this.connections.set(server, this.connect(server, commands));
    }
    const moving = [...this.channels.values()].filter(
      (channel) => channel.connection !== this.connectionOf(channel.name),
    );
    for (const channel of moving) {
      channel.connection?.remove(channel.name);
      channel.connection = this.connectionOf(channel.name);
      channel.confirmed = channel.connection?.add(channel.name) ?? Promise.resolve();
    }
    for (const [server, connection] of this.connections) {
      if (servers.has(server)) continue;
      this.connections.delete(server);
      connection.close();
    }
    if (moving.length > 0) void Promise.all(moving.map(({ confirmed }) => confirmed)).then(this.events.missed);
    this.events.changed();
  }

  private connect(server: string, commands: RedisCommands): SubscriberConnection {
    const colon = server.lastIndexOf(':');
    const target = { host: server.slice(0, colon), port: Number(server.slice(colon + 1)) };
    const { db: _, ...options } = connectionOptions(this.address);
    return new SubscriberConnection({ ...options, ...target }, commands.kind, this.clock, {
      ...this.events,
      message: (channel, message) => {
        this.deliver(channel, message);
      },
      moved: () => {
        commands.refreshTopology();
      },
    });
  }

  private deliver(name: string, message: string): void {
    for (const { listener } of [...(this.channels.get(name)?.listeners ?? [])]) {
      try {
        listener(message);
      } catch (err) {
        this.logger.error({ msg: 'channel listener failed', name, err });
      }
    }
  }
}
