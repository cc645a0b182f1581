import type { ErrorCode } from '../../common/domain-error.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import type { ClientConnection, Urgency } from '../../realtime/client-connection.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { Identity } from '../../realtime/connection-authenticator.js';
import type { Frame, Shape, WireEvent } from '../../realtime/wire.js';
import type { ConversationContext } from '../shared/conversation-context.js';
import type { Seat } from '../shared/seat.js';
import type { Connection } from '../../realtime/connection.js';
import type { SubscriptionName, UserUnsubscribedEvent } from './user.event-shapes.js';

/** What its owner does when the server ends a subscription: it is over already, and the client has been told. */
type OnRevoked = (subscription: Subscription) => void;

/** A user socket's seat in one conversation. */
export class Subscription<C extends ConversationContext = ConversationContext> implements Seat<C> {
  /** Whether `subscribed` has gone out: from then on its end is told. */
  announced = false;
  /** Until it is, whoever opens it also cleans up. */
  opened = false;
  private over = false;

  constructor(
    private readonly socket: Connection,
    readonly context: C,
    /** How its events and its commands name it. */
    readonly name: Shape<SubscriptionName>,
    private readonly onRevoked: OnRevoked,
  ) {}

  get id(): ConnectionId {
    return this.socket.id;
  }

  get user(): Identity {
    return this.socket.user;
  }

  get userId(): UserId {
    return this.socket.userId;
  }

  get device(): ClientConnection {
    return this.socket;
  }

  get isOver(): boolean {
    return this.over;
  }

  get isOpen(): boolean {
    return !this.over && this.socket.isOpen;
  }

  send(event: WireEvent): void {
    if (!this.over) this.socket.send(event);
  }

  sendFrame(frame: Frame, urgency?: Urgency): void {
    if (!this.over) this.socket.sendFrame(frame, urgency);
  }

  drained(): Promise<void> {
    return this.socket.drained();
  }

  /** Who may not read the conversation any more loses the subscription; anything else is about the socket. */
  close(code: CloseCode, reason?: string): void {
    if (code !== CloseCode.Forbidden) this.socket.close(code, reason);
    else if (!this.over) {
      this.end('forbidden');
      this.onRevoked(this);
    }
  }

  /** From now on nothing of the conversation goes out. With a code, the client is told why. */
  end(code?: ErrorCode): void {
    if (this.over) return;
    if (code !== undefined && this.announced)
      this.socket.send({ type: 'unsubscribed', ...this.name, code } satisfies Shape<UserUnsubscribedEvent>);
    this.over = true;
    this.context.subscription?.detach();
  }
}
