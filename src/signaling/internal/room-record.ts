import { Logger } from '@nestjs/common';
import type { RoomSignal } from '../room-seat.js';
import type { RoomCounts } from './room-metrics.js';
import type { Seat } from './seat.js';

const logger = new Logger('SignalingRooms');

/** By kind: where participants are sockets. In other rooms they have ids that clients chose. */
const SOCKET_NAMESPACES = new Map([['call', '/']]);

/** What is logged and counted of a room: each step of its life, by the node whose connection made the step. */
export class RoomRecord {
  private readonly room: { room_kind: string; room_id: string };
  private readonly namespace: string | undefined;

  constructor(
    scope: string,
    private readonly counts: RoomCounts,
    /** Whether each relay has a line too. */
    private readonly verbose: boolean,
  ) {
    const kind = kindOf(scope);
    this.namespace = SOCKET_NAMESPACES.get(kind);
    this.room = { room_kind: kind, room_id: scope.split(':').slice(2).join(':') };
  }

  /** `first`: nobody was in the room. */
  entered({ member, order, replaced, entry }: Seat, first: boolean): void {
    if (first) logger.log({ msg: 'room made', ...this.room, ...this.idOf(member) });
    const msg = replaced ? 'took over a seat' : 'joined a room';
    logger.log({ msg, ...this.room, ...this.idOf(member), user_id: entry.userId, order });
  }

  left(member: string): void {
    logger.log({ msg: 'left a room', ...this.room, ...this.idOf(member) });
  }

  /** `last`: who was the last one in it. */
  ended(last: string, lifeMs: number): void {
    this.counts.ended(lifeMs);
    logger.log({ msg: 'room removed', ...this.room, ...this.idOf(last), life_ms: lifeMs });
  }

  refused(): void {
    this.counts.refused += 1;
  }

  /** Never what the signal says. */
  relayed({ from, to, kind }: RoomSignal): void {
    this.counts.relayed += 1;
    if (this.verbose) logger.debug({ msg: 'relayed', ...this.room, from, to, kind });
  }

  private idOf(member: string): object {
    const { namespace } = this;
    return namespace === undefined ? { client_id: member } : { namespace, socket_id: member };
  }
}

/** The kind in the name that `roomScope` has made. */
export function kindOf(scope: string): string {
  return scope.split(':', 2)[1] ?? '';
}
