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
import type { ConversationConnection, ConversationDialect } from './conversation-dialect.js';
import { greet } from './conversation-greeting.js';
import type { ChangeAckEvent } from './event-shapes.js';
import { LiveConnection } from './live-connection.js';
import { PresenceTeller } from './presence-teller.js';
import { SendsUnderWay } from './sends-under-way.js';

/** How long a sender's `ack` waits for the event before it: as long as a log may be behind (section 2.1). */
const DELIVERY_WAIT_MS = 5000;

/** A connection's stream of one conversation, the same for every dialect: attach, snapshot, greet, replay, go live. */
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
  async open(
    connection: ConversationConnection,
    conversationId: ConversationId,
    dialect: ConversationDialect,
  ): Promise<void> {
    const { context } = connection;
    context.conversationId = conversationId;
    const subscription = await this.feed.attach(conversationId, new LiveConnection(connection, dialect.changes));
    context.subscription = subscription;
    const snapshot = await this.history.snapshot(connection.userId, conversationId, context.request);
    context.leaveAudience = await this.broadcaster.join(context.audience, connection);
    // Nobody is told of one who has been closed meanwhile.
    if (!connection.isOpen) return;
    const { id: connectionId, user } = connection;
    const arrival = { connectionId, userId: user.userId, username: user.username };
    const teller = dialect.presence && new PresenceTeller(connection, dialect.presence);
    const { roster, leave } = await this.presence.enter(context.audience, arrival, teller);
    context.leavePresence = leave;
    // What closures hold lives as long as the connection: neither the roster nor the snapshot may be among it.
    const { epoch } = snapshot;
    const head = await greet(connection, dialect, {
      snapshot,
      roster,
      replayOn: (since) => this.history.replay(connection.userId, conversationId, { since, epoch }),
    });
    await subscription.release(head);
    teller?.release();
  }

  /** Ends whatever the connection holds, however far its admission came. */
  async close({ id, context }: ConversationConnection, departure: Departure): Promise<void> {
    context.subscription?.detach();
    context.leaveAudience?.();
    try {
      await this.typing.end(id);
    } finally {
      await context.leavePresence?.(departure);
    }
  }

  /**
   * A send, and its answer: the `ack` comes after the event itself. A repeated nonce gives the first message again, to
   * this connection alone (section 2.1).
   */
  sending(
    connection: ConversationConnection,
    { id, sent }: Sending,
    eventOf: (message: MessageState) => WireEvent,
  ): Begun<Sent> {
    const { context } = connection;
    const sends = (context.sends ??= new SendsUnderWay());
    if (context.subscription) context.subscription.stops = sends;
    sends.begin(id);
    const acknowledge = (outcome: Sent) =>
      this.acknowledge(connection, outcome, () => {
        connection.send(eventOf(outcome.message));
      });
    return new Begun(sent, acknowledge, () => {
      sends.answered(id);
      context.subscription?.resume();
    });
  }

  /** The `ack` of an entry that the connection has caused; it comes after the event itself. @throws Unavailable */
  acknowledgeEntry(connection: ConversationConnection, message: MessageState): Promise<WireEvent> {
    return this.acknowledge(connection, { message, duplicate: false }, () => undefined);
  }

  private async acknowledge(
    { context }: ConversationConnection,
    { message, duplicate }: Sent,
    repeat: () => void,
  ): Promise<WireEvent> {
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
