import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { DomainError, NotFound, ValidationFailed } from '../../common/domain-error.js';
import type { ConversationId, UserId } from '../../common/ids.js';
import { DmsService } from '../../dms/dms.service.js';
import { ANSWERED } from '../../realtime/answered.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireEvent } from '../../realtime/wire.js';
import { ChannelActions } from '../channel/channel.actions.js';
import { ChannelAdmission } from '../channel/channel.admission.js';
import { ChannelContext } from '../channel/channel.context.js';
import { DmActions } from '../dm/dm.actions.js';
import { DmAdmission } from '../dm/dm.admission.js';
import { DmContext } from '../dm/dm.context.js';
import type { ConversationContext, StreamRequest } from '../shared/conversation-context.js';
import type { SubscribeCommand, UnsubscribeCommand } from './user.commands.js';
import type { UserConnection } from './user.context.js';
import { SubscribedChannelDialect, SubscribedDmDialect } from './user.dialects.js';
import { SubscribedAlready, TooManySubscriptions } from './user.errors.js';
import type { UserUnsubscribedEvent } from './user.event-shapes.js';
import { Subscription } from './user.subscription.js';

/** Most subscriptions of one socket (protocol section 4). */
const SUBSCRIPTION_LIMIT = 200;

const CLEAN: Departure = { how: 'clean' };

/** One kind's way in and out: the seats of a socket, and what ends one. */
interface Place<C extends ConversationContext> {
  id: ConversationId;
  seats: Map<ConversationId, Subscription<C>>;
  leave(seat: Subscription<C>, departure: Departure): Promise<void>;
}

/** The subscriptions of user sockets: each is a seat, served by what serves the conversation's own gateway (section 4). */
@Injectable()
export class UserSubscriptions {
  constructor(
    private readonly channelAdmission: ChannelAdmission,
    private readonly channelActions: ChannelActions,
    private readonly dms: DmsService,
    private readonly dmAdmission: DmAdmission,
    private readonly dmActions: DmActions,
    private readonly tasks: BackgroundTasks,
  ) {}

  /** @throws TooManySubscriptions, SubscribedAlready, NotFound, NoSuchUser, SelfConversation */
  async subscribe(connection: UserConnection, command: SubscribeCommand): Promise<WireEvent> {
    const channelId = lower(command.channel_id);
    const otherId = lower(command.dm_user_id);
    if (connection.context.seatCount >= SUBSCRIPTION_LIMIT) throw new TooManySubscriptions(SUBSCRIPTION_LIMIT);
    if (channelId !== undefined && otherId === undefined) await this.toChannel(connection, channelId, command);
    else if (otherId !== undefined && channelId === undefined) await this.toDm(connection, otherId, command);
    else throw oneOf('channel_id', 'dm_user_id');
    return ANSWERED;
  }

  /** @throws NotSubscribed */
  async unsubscribe({ context }: UserConnection, command: UnsubscribeCommand): Promise<WireEvent> {
    const channelId = lower(command.channel_id);
    const conversationId = lower(command.conversation_id);
    if ((channelId === undefined) === (conversationId === undefined)) throw oneOf('channel_id', 'conversation_id');
    const name =
      channelId !== undefined
        ? await this.finish(this.channelPlace(context, channelId), context.channel(channelId))
        : await this.finish(
            this.dmPlace(context, conversationId as ConversationId),
            context.dm(conversationId as ConversationId),
          );
    return { type: 'unsubscribed', ...name } satisfies UserUnsubscribedEvent;
  }

  /** The socket is gone: each of its seats departs as it did. */
  async leaveAll({ context }: UserConnection, departure: Departure): Promise<void> {
    const channels = opened(context.channels).map((seat) => this.channelActions.leave(seat, departure));
    const dms = opened(context.dms).map((seat) => this.dmActions.leave(seat, departure));
    const outcomes = await Promise.allSettled([...channels, ...dms]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async toChannel(connection: UserConnection, channelId: ConversationId, command: SubscribeCommand) {
    const place = this.channelPlace(connection.context, channelId);
    const context = new ChannelContext(channelId, requestOf(command));
    const seat = this.sit(connection, place, context, { channel_id: channelId });
    await this.open(place, seat, async () => {
      const dialect = new SubscribedChannelDialect(seat, this.channelAdmission.frames, command.ref);
      if (!(await this.channelAdmission.seat(seat, dialect))) throw new NotFound();
    });
  }

  private async toDm(connection: UserConnection, otherId: UserId, command: SubscribeCommand) {
    const dm = await this.dms.open(connection.userId, otherId);
    const place = this.dmPlace(connection.context, dm.conversationId);
    const name = { conversation_id: dm.conversationId, dm_user_id: otherId };
    const seat = this.sit(connection, place, new DmContext(otherId, requestOf(command)), name);
    await this.open(place, seat, () => {
      const { settings, clock } = this.dmAdmission;
      const dialect = new SubscribedDmDialect(seat, dm, { settings, clock, ref: command.ref });
      return this.dmAdmission.seat(seat, dm, dialect);
    });
  }

  /** It can be revoked from now on: a removal that commits while it opens finds it. */
  private sit<C extends ConversationContext>(
    connection: UserConnection,
    place: Place<C>,
    context: C,
    name: Subscription['name'],
  ): Subscription<C> {
    if (place.seats.has(place.id)) throw new SubscribedAlready();
    const seat = new Subscription(connection, context, name, () => {
      if (seat.opened) this.tasks.run('end a subscription', () => this.finish(place, seat));
    });
    place.seats.set(place.id, seat);
    return seat;
  }

  private async open<C extends ConversationContext>(
    place: Place<C>,
    seat: Subscription<C>,
    admit: () => Promise<void>,
  ): Promise<void> {
    try {
      await admit();
      if (seat.isOver && !seat.announced) throw new NotFound();
      seat.opened = true;
    } catch (error) {
      const told = seat.announced;
      seat.end(error instanceof DomainError ? error.code : 'internal');
      await this.finish(place, seat);
      // Whoever has been told `subscribed` has been told `unsubscribed` too, which answers it.
      if (!told || !(error instanceof DomainError)) throw error;
      return;
    }
    if (seat.isOver) await this.finish(place, seat);
  }

  private async finish<C extends ConversationContext>(place: Place<C>, seat: Subscription<C>) {
    seat.end();
    if (place.seats.get(place.id) === seat) place.seats.delete(place.id);
    await place.leave(seat, CLEAN);
    return seat.name;
  }

  private channelPlace({ channels: seats }: UserConnection['context'], id: ConversationId): Place<ChannelContext> {
    return { id, seats, leave: (seat, departure) => this.channelActions.leave(seat, departure) };
  }

  private dmPlace({ dms: seats }: UserConnection['context'], id: ConversationId): Place<DmContext> {
    return { id, seats, leave: (seat, departure) => this.dmActions.leave(seat, departure) };
  }
}

/** One that is still being opened is cleaned up by who opens it. */
function opened<C extends ConversationContext>(seats: ReadonlyMap<ConversationId, Subscription<C>>): Subscription<C>[] {
  for (const seat of seats.values()) seat.end();
  return [...seats.values()].filter((seat) => seat.opened);
}

function requestOf({ since, epoch, history, presence }: SubscribeCommand): StreamRequest {
  return {
    since: since ?? undefined,
    epoch: epoch ?? undefined,
    history: history ?? undefined,
    presence: presence ?? 'none',
  };
}

/** As the server writes it: a UUID's case does not count. */
function lower<Id extends string>(id: Id | null | undefined): Id | undefined {
  return id?.toLowerCase() as Id | undefined;
}

function oneOf(field: string, other: string): ValidationFailed {
  return new ValidationFailed([{ field, problems: [`either this or ${other} must be given`] }]);
}
