import { Injectable } from '@nestjs/common';
import { Cancel } from '../common/clock.js';
import { ConnectionId, UserId } from '../common/ids.js';
import { Cluster, Json } from '../cluster/cluster.js';
import { ConnectionRegistry } from './connection-registry.js';
import { Connection } from './connection.js';
import { encodeFrame, WireEvent } from './wire.js';

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

interface Announcement {
  event: WireEvent;
  to: Recipients;
}

interface Audience {
  connections: Set<Connection>;
  /** Resolves to the end of its subscription once events from other nodes arrive too. */
  subscription: Promise<Cancel>;
}

/**
 * Volatile events (typing, signals, joins and leaves of calls) to the connections of an audience, on every node: never
 * stored, queued or replayed, and given up first for a slow client. An event is encoded once for each node.
 */
@Injectable()
export class Broadcaster {
  private readonly audiences = new Map<string, Audience>();

  constructor(
    private readonly cluster: Cluster,
    private readonly registry: ConnectionRegistry,
  ) {}

  /** Resolves once the connection gets what any node publishes. Returns its own undo. */
  async join(name: string, connection: Connection): Promise<Cancel> {
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

  async publish(name: string, event: WireEvent, to: Recipients = {}): Promise<void> {
    await this.cluster.topics.publish(topicOf(name), { event, to } as unknown as Json);
  }

  private open(name: string): Audience {
    const audience: Audience = { connections: new Set(), subscription: this.subscribe(name) };
    this.audiences.set(name, audience);
    return audience;
  }

  private subscribe(name: string): Promise<Cancel> {
    return this.cluster.topics.subscribe(topicOf(name), (message) => {
      this.deliver(name, message as unknown as Announcement);
    });
  }

  private leave(name: string, audience: Audience, connection: Connection): void {
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

  private deliver(name: string, { event, to }: Announcement): void {
    const audience = this.audiences.get(name);
    if (audience === undefined) return;
    const frame = encodeFrame(event);
    const candidates = to.userId === undefined ? audience.connections : this.registry.ofUser(to.userId);
    for (const connection of candidates) {
      if (audience.connections.has(connection) && isMeant(connection, to)) connection.sendFrame(frame, 'volatile');
    }
  }
}

function topicOf(audience: string): string {
  return `volatile:${audience}`;
}

function isMeant(connection: Connection, to: Recipients): boolean {
  if (to.connectionId !== undefined && connection.id !== to.connectionId) return false;
  return connection.id !== to.exceptConnectionId && connection.userId !== to.exceptUserId;
}
