import type { Cancel } from '../../common/clock.js';
import type { ConversationId } from '../../common/ids.js';
import type { Connection } from '../../realtime/connection.js';
import type { ChannelContext } from '../channel/channel.context.js';
import type { DmContext } from '../dm/dm.context.js';
import { SeveralSeats } from '../shared/several-seats.js';
import { NotSubscribed } from './user.errors.js';
import type { Subscription } from './user.subscription.js';

/** The state of a user socket: its subscriptions. */
export class UserContext extends SeveralSeats {
  /** Set while it is told what is pushed to its user. */
  leaveUser: Cancel | undefined;
  /** The call, and its phase, that it was told of last. */
  toldOfCall: string | undefined;
  readonly channels = new Map<ConversationId, Subscription<ChannelContext>>();
  readonly dms = new Map<ConversationId, Subscription<DmContext>>();

  get seatCount(): number {
    return this.channels.size + this.dms.size;
  }

  *seats(): Iterable<Subscription> {
    yield* this.channels.values();
    yield* this.dms.values();
  }

  seatIn(id: ConversationId): Subscription | undefined {
    return this.channels.get(id) ?? this.dms.get(id);
  }

  /** @throws NotSubscribed */
  channel(id: ConversationId): Subscription<ChannelContext> {
    return subscribed(this.channels, id);
  }

  /** @throws NotSubscribed */
  dm(id: ConversationId): Subscription<DmContext> {
    return subscribed(this.dms, id);
  }
}

export type UserConnection = Connection<UserContext>;

/** As the server writes it: a UUID's case does not count. */
function subscribed<T>(seats: ReadonlyMap<ConversationId, T>, id: ConversationId): T {
  const seat = seats.get(id) ?? seats.get(id.toLowerCase() as ConversationId);
  if (seat === undefined) throw new NotSubscribed();
  return seat;
}
