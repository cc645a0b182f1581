import { ConnectionId } from '../common/ids.js';
import { ClientConnection, Urgency } from './client-connection.js';
import { CloseCode } from './close-codes.js';
import { eventText } from './socket-wire.js';
import { WireText } from './wire.js';

/** Where all that a Socket.IO connection is sent goes. */
export interface SocketOutlet {
  push(text: WireText, urgency: Urgency): void;
  /** Whether the client has not taken yet what it was sent. */
  readonly behind: boolean;
  /** Resolves when its connection is behind no more, or gone. */
  caughtUp(): Promise<void>;
  /** Resolves when the client has taken most of what its connection was sent, or is gone. */
  drained(): Promise<void>;
}

/** What a Socket.IO connection needs of the machine that drives it. */
export interface SocketTransport {
  readonly open: boolean;
  readonly outlet: SocketOutlet;
  close(code: CloseCode, reason: string): void;
}

/**
 * One client on a Socket.IO namespace, as gateways and services see it; its id is the socket's. What it is sent first
 * arrives first.
 */
export class SocketConnection<Context = unknown> extends ClientConnection<Context> {
  constructor(
    id: ConnectionId,
    readonly namespace: string,
    context: Context,
    private readonly transport: SocketTransport,
  ) {
    super(id, context);
  }

  get isOpen(): boolean {
    return this.transport.open;
  }

  /** Whether the client has not taken yet what it was sent: more may as well wait for it. */
  get isBehind(): boolean {
    return this.transport.outlet.behind;
  }

  /** Resolves when it is behind no more, or gone: for what a later value may replace meanwhile. */
  caughtUp(): Promise<void> {
    return this.transport.outlet.caughtUp();
  }

  /** Resolves when the client has taken most of what it was sent, or is gone: for who has much to send. */
  drained(): Promise<void> {
    return this.transport.outlet.drained();
  }

  emit(event: string, ...args: unknown[]): void {
    this.transport.outlet.push(eventText(event, ...args), 'durable');
  }

  /** An event that was made ready by `eventText`. */
  sendText(text: WireText, urgency: Urgency = 'durable'): void {
    this.transport.outlet.push(text, urgency);
  }

  /** 4401 says `session_ended` first, 1012 `going_away`. After a code that asks to come back the client reconnects by itself. */
  close(code: CloseCode, reason = ''): void {
    this.transport.close(code, reason);
  }
}
