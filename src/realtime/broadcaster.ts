import { Injectable } from '@nestjs/common';
import { Cancel } from '../common/clock.js';
import { ConnectionId, UserId } from '../common/ids.js';
import { Cluster } from '../cluster/cluster.js';
import { ConnectionRegistry } from './connection-registry.js';
import { Connection } from './connection.js';
import { frameText, serialise, WireEvent } from './wire.js';

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
  readonly text: string;
}

interface Audience {
  connections: Set<Connection>;
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

  publish(name: string, event: WireEvent, to: Recipients = {}): Promise<void> {
    const announcement: Announcement = { text: serialise(event), ...to };
    return this.cluster.topics.publish(topicOf(name), Object.freeze(announcement));
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

  private deliver(name: string, to: Announcement): void {
    const audience = this.audiences.get(name);
    if (audience === undefined) return;
    const frame = frameText(to.text);
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
