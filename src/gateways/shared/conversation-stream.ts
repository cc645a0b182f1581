import { Injectable } from '@nestjs/common';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import type { ConversationId } from '../../common/ids.js';
import { ConversationFeed } from '../../messages/conversation-feed.js';
import { MessageHistoryService } from '../../messages/message-history.service.js';
import type { MessageState, Sent } from '../../messages/message.js';
import type { Sending } from '../../messages/messages.service.js';
import { PresenceService } from '../../presence/presence.service.js';
import { TypingService } from '../../presence/typing.service.js';
import { Begun } from '../../realtime/begun.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireEvent } from '../../realtime/wire.js';
import type { ConversationContext } from './conversation-context.js';
import type { ConversationDialect } from './conversation-dialect.js';
import { greet } from './conversation-greeting.js';
import type { ChangeAckEvent } from './event-shapes.js';
import { LiveSeat } from './live-seat.js';
import { PresenceTeller } from './presence-teller.js';
import type { Seat } from './seat.js';
import { SendsUnderWay } from './sends-under-way.js';

/** How long a sender's `ack` waits for the event before it: as long as a log may be behind (section 2.1). */
const DELIVERY_WAIT_MS = 5000;

/** A seat's stream of one conversation, the same for every dialect: attach, snapshot, greet, replay, go live. */
@Injectable()
export class ConversationStream {
  constructor(
    private readonly feed: ConversationFeed,
    private readonly history: MessageHistoryService,
    private readonly presence: PresenceService,
    private readonly typing: TypingService,
    private readonly broadcaster: Broadcaster,
    private readonly clock: Clock,
  ) {}

  /**
   * The live stream is attached, and held back, before the snapshot is read (section 2). Presence comes last, so that
   * nothing can reach the client between the roster and the frames that are sent in the same turn.
   */
  async open(seat: Seat, conversationId: ConversationId, dialect: ConversationDialect): Promise<void> {
    const { context } = seat;
    context.conversationId = conversationId;
    const subscription = await this.feed.attach(conversationId, new LiveSeat(seat, dialect.changes));
    context.subscription = subscription;
    const snapshot = await this.history.snapshot(seat.userId, conversationId, context.request);
    context.leaveAudience = await this.broadcaster.join(context.audience, seat.device);
    // Nobody is told of one who has been closed meanwhile.
    if (!seat.isOpen) return;
    const { id: connectionId, user } = seat;
    const arrival = { connectionId, userId: user.userId, username: user.username };
    const teller = dialect.presence && new PresenceTeller(seat, dialect.presence);
    const { roster, leave } = await this.presence.enter(context.audience, arrival, teller);
    context.leavePresence = leave;
    // What closures hold lives as long as the connection: neither the roster nor the snapshot may be among it.
    const { epoch } = snapshot;
    const head = await greet(seat, dialect, {
      snapshot,
      roster,
      replayOn: (since) => this.history.replay(seat.userId, conversationId, { since, epoch }),
    });
    await subscription.release(head);
    teller?.release();
  }

  /** Ends whatever the seat holds, however far its admission came. */
  async close({ context }: Seat, departure: Departure): Promise<void> {
    context.subscription?.detach();
    context.leaveAudience?.();
    try {
      await this.typing.end(context);
    } finally {
      await context.leavePresence?.(departure);
    }
  }

  /**
   * A send, and its answer: the `ack` comes after the event itself. A repeated nonce gives the first message again, to
   * this seat alone (section 2.1).
   */
  sending(seat: Seat, { id, sent }: Sending, eventOf: (message: MessageState) => WireEvent): Begun<Sent> {
    const { context } = seat;
    const sends = (context.sends ??= new SendsUnderWay());
    if (context.subscription) context.subscription.stops = sends;
    sends.begin(id);
    const acknowledge = (outcome: Sent) =>
      this.acknowledge(seat, outcome, () => {
        seat.send(eventOf(outcome.message));
      });
    return new Begun(sent, acknowledge, () => {
      sends.answered(id);
      context.subscription?.resume();
    });
  }

  /** The `ack` of an entry that this seat has caused; it comes after the event itself. @throws Unavailable */
  acknowledgeEntry(seat: Seat, message: MessageState): Promise<WireEvent> {
    return this.acknowledge(seat, { message, duplicate: false }, () => undefined);
  }

  private async acknowledge({ context }: Seat, { message, duplicate }: Sent, repeat: () => void): Promise<WireEvent> {
    if (duplicate) repeat();
    else await this.delivered(context, message.rev);
    return {
      type: 'ack',
      id: message.id,
      seq: message.seq,
      rev: message.rev,
      ...(duplicate && { duplicate }),
    } satisfies Omit<ChangeAckEvent, 'ref'>;
  }

  /**
   * A log whose hole cannot be read must not keep the connection's next messages, and its `ping`, waiting: the sender is
   * told to ask again, and its nonce makes that safe. @throws Unavailable
   */
  private async delivered({ subscription }: ConversationContext, rev: number): Promise<void> {
    if (subscription === undefined || subscription.isAt(rev)) return;
    let cancel: Cancel = () => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.clock.after(DELIVERY_WAIT_MS, () => {
        reject(new Unavailable());
      });
    });
    await Promise.race([subscription.reached(rev), late]).finally(cancel);
  }
}
