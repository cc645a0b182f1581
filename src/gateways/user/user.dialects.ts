import type { Clock } from '../../common/clock.js';
import type { Settings } from '../../config/settings.js';
import type { DmView } from '../../dms/dm.js';
import type { LogPosition } from '../../messages/message.js';
import type { LiveRoster, Roster } from '../../presence/roster.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import type { ChannelContext } from '../channel/channel.context.js';
import { ChannelDialect } from '../channel/channel.dialect.js';
import type { ChannelFrames } from '../channel/channel.dialect.js';
import type { DmContext } from '../dm/dm.context.js';
import { DmDialect } from '../dm/dm.dialect.js';
import type { UserSubscribedEvent } from './user.event-shapes.js';
import type { Subscription } from './user.subscription.js';

/** As on the channel's own gateway, but for the first frames. */
export class SubscribedChannelDialect extends ChannelDialect {
  constructor(
    private readonly subscription: Subscription<ChannelContext>,
    frames: ChannelFrames,
    private readonly ref: string | undefined,
  ) {
    super(subscription, frames);
  }

  override greeting(roster: LiveRoster): Frame | undefined {
    return this.presence && super.greeting(roster);
  }

  override connected(position: LogPosition): WireEvent {
    return subscribedEvent(this.subscription, position, this.ref);
  }
}

/** As on the conversation's own gateway, but for the first frames. */
export class SubscribedDmDialect extends DmDialect {
  constructor(
    private readonly subscription: Subscription<DmContext>,
    dm: DmView,
    private readonly told: { settings: Settings; clock: Clock; ref: string | undefined },
  ) {
    super(subscription, dm, told);
  }

  override greeting(roster: Roster): Frame | undefined {
    return this.presence && super.greeting(roster);
  }

  override connected(position: LogPosition): WireEvent {
    return subscribedEvent(this.subscription, position, this.told.ref);
  }
}

function subscribedEvent(
  subscription: Subscription,
  { lastSeq, epoch }: LogPosition,
  ref: string | undefined,
): WireEvent {
  subscription.announced = true;
  return {
    type: 'subscribed',
    ...subscription.name,
    last_seq: lastSeq,
    epoch,
    ...(ref !== undefined && { ref }),
  } satisfies UserSubscribedEvent;
}
