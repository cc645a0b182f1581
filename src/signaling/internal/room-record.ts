import { Logger } from '@nestjs/common';
import type { RoomSignal } from '../room-seat.js';
import type { Seat } from './seat.js';

const logger = new Logger('SignalingRooms');

/** What the log says of a room: a line for each step of its life, by the node whose connection made the step. */
export class RoomRecord {
  private readonly room: { room_kind: string; room_id: string };

  constructor(
    scope: string,
    /** Whether each relay has a line too. */
    private readonly verbose: boolean,
  ) {
    const [, kind = '', ...id] = scope.split(':');
    this.room = { room_kind: kind, room_id: id.join(':') };
  }

  /** `first`: nobody was in the room. */
  entered({ member, order, replaced, entry }: Seat, first: boolean): void {
    if (first) logger.log({ msg: 'room made', ...this.room });
    const msg = replaced ? 'took over a seat' : 'joined a room';
    logger.log({ msg, ...this.room, client_id: member, user_id: entry.userId, order });
  }

  /** `last`: nobody is in the room any more. */
  left(member: string, last: boolean): void {
    logger.log({ msg: 'left a room', ...this.room, client_id: member });
    if (last) logger.log({ msg: 'room removed', ...this.room });
  }

  /** Never what the signal says. */
  relayed({ from, to, kind }: RoomSignal): void {
    if (this.verbose) logger.debug({ msg: 'relayed', ...this.room, from, to, kind });
  }
}
