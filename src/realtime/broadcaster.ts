import { Injectable } from '@nestjs/common';
import { Connection } from './connection.js';
import { encodeFrame, Frame, WireEvent } from './wire.js';

export interface BroadcastOptions {
  urgency?: 'durable' | 'volatile';
  /** Who does not get it. */
  except?: (connection: Connection) => boolean;
}

/** Named audiences of this node's connections. An event is serialised and framed once, however many receive it. */
@Injectable()
export class Broadcaster {
  private readonly audiences = new Map<string, Set<Connection>>();

  join(audience: string, connection: Connection): void {
    const set = this.audiences.get(audience) ?? new Set();
    set.add(connection);
    this.audiences.set(audience, set);
  }

  leave(audience: string, connection: Connection): void {
    const set = this.audiences.get(audience);
    set?.delete(connection);
    if (set?.size === 0) this.audiences.delete(audience);
  }

  members(audience: string): ReadonlySet<Connection> {
    return this.audiences.get(audience) ?? new Set();
  }

  send(audience: string, event: WireEvent, options: BroadcastOptions = {}): void {
    const set = this.audiences.get(audience);
    if (set === undefined) return;
    const frame: Frame = encodeFrame(event);
    for (const connection of set) {
      if (options.except?.(connection) !== true) connection.sendFrame(frame, options.urgency ?? 'durable');
    }
  }
}
