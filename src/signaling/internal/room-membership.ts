import type { Json } from '../../cluster/cluster.js';
import type { RoomEntry } from '../room-seat.js';
import { RoomFull, SeatTaken } from '../signaling.errors.js';
import type { PlaceData } from './place.js';
import type { RoomParts } from './room-parts.js';

const LEAVE_ATTEMPTS = 3;
const LEAVE_RETRY_MS = 500;

/** The room's set of participants, as far as this node's connections are its entries. */
export class RoomMembership {
  constructor(
    private readonly scope: string,
    private readonly parts: RoomParts,
  ) {}

  /** `made`: since when the room is known to be there. @throws RoomFull, SeatTaken */
  async join(
    entry: RoomEntry,
    made: number | undefined,
  ): Promise<{ order: number; version: number; replaced: boolean }> {
    const { member, connectionId, userId, data, limit = this.parts.limit } = entry;
    const outcome = await this.parts.cluster.sets.join(this.scope, {
      member,
      token: connectionId,
      data: this.dataOf(entry, data, made ?? this.parts.clock.now()),
      limit,
      taken: (holder) => ((holder as unknown as PlaceData).user_id === userId ? 'replace' : 'refuse'),
      answer: 'version',
    });
    if (outcome.status === 'full') throw new RoomFull();
    if (outcome.status === 'taken') throw new SeatTaken();
    return { order: outcome.order, version: outcome.version, replaced: outcome.status === 'replaced' };
  }

  update(entry: RoomEntry, data: Json, made: number): Promise<boolean> {
    const { member, connectionId } = entry;
    return this.parts.cluster.sets.update(this.scope, member, connectionId, this.dataOf(entry, data, made));
  }

  /** False: the connection does not hold the entry. Whatever fails, nobody may stay in the room who has gone. */
  async leave({ member, connectionId }: RoomEntry, graceMs: number): Promise<boolean> {
    const { cluster, clock } = this.parts;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await cluster.sets.leave(this.scope, member, connectionId, graceMs > 0 ? { graceMs } : {});
      } catch (error) {
        if (attempt === LEAVE_ATTEMPTS) throw error;
        await new Promise<void>((resolve) => clock.after(LEAVE_RETRY_MS, resolve));
      }
    }
  }

  private dataOf({ connectionId, userId, username }: RoomEntry, data: Json, made: number): Json {
    const entry: PlaceData = {
      connection: connectionId,
      node: this.parts.node,
      user_id: userId,
      username,
      made,
      data,
    };
    return entry as unknown as Json;
  }
}
