import { Injectable } from '@nestjs/common';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import type { ConversationId } from '../../common/ids.js';
import { ConversationFeed } from '../../messages/conversation-feed.js';
import type { HistoryPage, LogSnapshot } from '../../messages/message-history.service.js';
import { MessageHistoryService } from '../../messages/message-history.service.js';
import type { Change, LogPosition, MessageState, Sent } from '../../messages/message.js';
import { PresenceService } from '../../presence/presence.service.js';
import type { PresenceListener } from '../../presence/presence.service.js';
import type { Roster, Transition } from '../../presence/roster.js';
import { TypingService } from '../../presence/typing.service.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { Connection } from '../../realtime/connection.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import type { ConversationContext } from './conversation-context.js';
import type { ChangeAckEvent } from './event-shapes.js';

/** How long a sender's `ack` waits for the event before it: as long as a log may be behind (section 2.1). */
const DELIVERY_WAIT_MS = 5000;

/** How a gateway says what happens in a conversation: its event and field names. */
export interface ConversationDialect {
  /** The name of the conversation's audience and presence scope. */
  audience: string;
  /** What comes before `connected`; none when there is nothing to say. */
  greeting(roster: Roster): Frame | undefined;
  connected(position: LogPosition, roster: Roster): WireEvent;
  history(page: HistoryPage): WireEvent;
  replayed(message: MessageState, from: number): WireEvent;
  resumed(resume: { from: number; complete: boolean }, lastSeq: number): WireEvent;
  /** The changes of the run from this index on, encoded once for all who get the same run. */
  changed(run: readonly Change[], from: number): Frame;
  /** What a client gets of arrivals and departures; without it: nothing. */
  presence?: PresenceDialect;
}

export interface PresenceDialect {
  /** The transitions from this index on, encoded once for all who get the same array; undefined: nothing. */
  changed(transitions: readonly Transition[], from: number): Frame | undefined;
  /** What it gets in place of them in a crowd; without it they go on. */
  crowd?(roster: Roster): Frame | undefined;
}

type ConversationConnection = Connection<ConversationContext>;

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
    const subscription = await this.feed.attach(conversationId, {
      userId: connection.userId,
      deliver: (run, from) => {
        connection.sendFrame(dialect.changed(run, from));
      },
      drained: () => connection.drained(),
      revoked: () => {
        connection.close(CloseCode.Forbidden, 'not allowed');
      },
    });
    context.subscription = subscription;
    const snapshot = await this.history.snapshot(connection.userId, conversationId, context.request);
    context.leaveAudience = await this.broadcaster.join(dialect.audience, connection);
    // Nobody is told of one who has been closed meanwhile.
    if (!connection.isOpen) return;
    const { id: connectionId, user } = connection;
    let live = false;
    const arrival = { connectionId, userId: user.userId, username: user.username };
    const tell = (frame: Frame | undefined) => {
      // What is volatile goes to those who are admitted; until then it would be lost.
      if (frame) connection.sendFrame(frame, live ? 'volatile' : 'durable');
    };
    const listener = listenerOf(dialect.presence, tell);
    const { roster, leave } = await this.presence.enter(dialect.audience, arrival, listener);
    context.leavePresence = leave;
    await greet(connection, dialect, { snapshot, roster });
    await subscription.release(snapshot.lastSeq);
    live = true;
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
   * The answer to a send: its `ack` comes after the event itself. A repeated nonce gives the first message again, to
   * this connection alone (section 2.1).
   */
  async acknowledge(
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

function listenerOf(
  presence: PresenceDialect | undefined,
  tell: (frame: Frame | undefined) => void,
): PresenceListener | undefined {
  if (presence === undefined) return undefined;
  return {
    changed: (transitions, from) => {
      tell(presence.changed(transitions, from));
    },
    ...(presence.crowd && {
      crowd: (roster) => {
        tell(presence.crowd?.(roster));
      },
    }),
  };
}

/** A long replay goes out as fast as the client takes it, so that it is not cut for what it has asked for. */
async function greet(
  connection: ConversationConnection,
  dialect: ConversationDialect,
  { snapshot, roster }: { snapshot: LogSnapshot; roster: Roster },
): Promise<void> {
  const greeting = dialect.greeting(roster);
  if (greeting) connection.sendFrame(greeting);
  connection.send(dialect.connected(snapshot, roster));
  if (snapshot.history) connection.send(dialect.history(snapshot.history));
  const { resume } = snapshot;
  if (!resume) return;
  for (const message of resume.changed) {
    connection.send(dialect.replayed(message, resume.from));
    await connection.drained();
  }
  connection.send(dialect.resumed(resume, snapshot.lastSeq));
}
