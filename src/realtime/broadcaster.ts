import { Injectable } from '@nestjs/common';
import { Cancel } from '../common/clock.js';
import { ConnectionId, UserId } from '../common/ids.js';
import { Cluster, Json } from '../cluster/cluster.js';
import { ClientConnection } from './client-connection.js';
import { ConnectionRegistry } from './connection-registry.js';
import { serialise, WireEvent, WireText } from './wire.js';

/** Who of an audience gets an event; without it, everyone. */
export interface Recipients {
  /** Only this user's connections. */
  userId?: UserId;
  /** Only this one connection. */
  connectionId?: ConnectionId;
  /** Everyone but this connection. */
  exceptConnectionId?: ConnectionId;
  /** Everyone but this user's connections. */
  exceptUserId?: UserId;
}

/** Texts alone, and frozen: so it needs no copy on the way to the connections of this node. */
interface Announcement extends Readonly<Recipients> {
  /** The event as JSON, made once for all nodes. */
  readonly text: WireText;
}

interface Audience {
  /** Made once: a text that is put together anew has to be hashed anew, each time that it is looked up. */
  topic: string;
  connections: Set<ClientConnection>;
  /** Resolves to the end of its subscription once events from other nodes arrive too. */
  subscription: Promise<Cancel>;
}

/**
 * Volatile events (typing, signals, joins and leaves of calls) to the connections of an audience, on every node: never
 * stored, queued or replayed, and given up first for a slow client. An event is serialised once, and framed once for each node.
 */
@Injectable()
export class Broadcaster {
  private readonly audiences = new Map<string, Audience>();

  constructor(
    private readonly cluster: Cluster,
    private readonly registry: ConnectionRegistry,
  ) {}

  /** Resolves once the connection gets what any node publishes. Returns its own undo. */
  async join(name: string, connection: ClientConnection): Promise<Cancel> {
    const audience = this.audiences.get(name) ?? this.open(name);
    audience.connections.add(connection);
    const leave = () => {
      this.leave(name, audience, connection);
    };
    try {
      await audience.subscription;
    } catch (error) {
      // An audience that could not subscribe is not kept: the next one who joins tries again.
      leave();
      throw error;
    }
    return leave;
  }

  publish(name: string, event: WireEvent, to: Recipients = {}): Promise<void> {
    return this.publishText(name, serialise(event), to);
  }

  /** An event in the dialect of the audience's gateway: every connection of an audience speaks the same one. */
  publishText(name: string, text: WireText, to: Recipients = {}): Promise<void> {
    const announcement: Announcement = { text: Object.freeze(text), ...to };
    const topic = this.audiences.get(name)?.topic ?? topicOf(name);
    return this.cluster.topics.publish(topic, Object.freeze(announcement) as unknown as Json);
  }

  private open(name: string): Audience {
    const topic = topicOf(name);
    const connections = new Set<ClientConnection>();
    const subscription = this.cluster.topics.subscribe(topic, (message) => {
      this.deliver(connections, message as unknown as Announcement);
    });
    const audience: Audience = { topic, connections, subscription };
    this.audiences.set(name, audience);
    return audience;
  }

  private leave(name: string, audience: Audience, connection: ClientConnection): void {
    audience.connections.delete(connection);
    if (audience.connections.size > 0 || this.audiences.get(name) !== audience) return;
    this.audiences.delete(name);
    audience.subscription.then(
      (cancel) => {
        cancel();
      },
      () => undefined,
    );
  }

  private deliver(connections: ReadonlySet<ClientConnection>, to: Announcement): void {
    const candidates = to.userId === undefined ? connections : this.registry.ofUser(to.userId);
    for (const connection of candidates) {
      if (connections.has(connection) && isMeant(connection, to)) connection.sendText(to.text, 'volatile');
    }
  }
}

function topicOf(audience: string): string {
  return `volatile:${audience}`;
}

function isMeant(connection: ClientConnection, to: Recipients): boolean {
  if (to.connectionId !== undefined && connection.id !== to.connectionId) return false;
  return connection.id !== to.exceptConnectionId && connection.userId !== to.exceptUserId;
}
