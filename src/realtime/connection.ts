import { ConnectionId } from '../common/ids.js';
import { ClientConnection, Urgency } from './client-connection.js';
import { CloseCode } from './close-codes.js';
import { Identity } from './connection-authenticator.js';
import { EncodeLast } from './encode-last.js';
import { encodeFrame, Frame, frameOf, WireEvent, WireText } from './wire.js';

const frames = new EncodeLast(frameOf);

/** Where all that a connection is sent goes. */
export interface Outlet {
  push(frame: Frame, urgency: Urgency): void;
}

/** What a connection needs of the machine that drives it. */
export interface Transport {
  readonly outlet: Outlet;
  close(code: CloseCode, reason: string, options?: { extraGraceMs?: number }): void;
  /** Resolves when the peer has taken most of what it is owed, or is gone. */
  drained(): Promise<void>;
  readonly open: boolean;
  /** Whether the peer may still take something: also false once it has begun to go. */
  readonly reachable: boolean;
  /** Whether the peer has begun to go by itself. */
  readonly brokenOff: boolean;
}

/**
 * One client on a raw gateway, as gateways and services see it. `context` is the gateway's own state of it.
 * Everything to the socket passes one queue, so what is sent first arrives first.
 */
export class Connection<Context = unknown> extends ClientConnection<Context> {
  private client: string | undefined;
  /** Held here as well: fan-out is memory, and each object on the way to a socket is fetched anew for each connection. */
  private readonly outlet: Outlet;

  constructor(
    id: ConnectionId,
    context: Context,
    private readonly transport: Transport,
  ) {
    super(id, context);
    this.outlet = transport.outlet;
  }

  /** The id that the client chose (section 5), else the connection's own. */
  get clientId(): string {
    return this.client ?? this.id;
  }

  get isOpen(): boolean {
    return this.transport.open;
  }

  /** Whether what it is sent may arrive: false as soon as the peer has begun to go, before it has departed. */
  get isReachable(): boolean {
    return this.transport.reachable;
  }

  /** The peer has begun to go by itself: what it was sent in this turn of the event loop has not been written either. */
  get hasBrokenOff(): boolean {
    return this.transport.brokenOff;
  }

  send(event: WireEvent): void {
    this.outlet.push(encodeFrame(event), 'durable');
  }

  /** Typing, presence, signals: given up first when the client is slow. */
  sendVolatile(event: WireEvent): void {
    this.outlet.push(encodeFrame(event), 'volatile');
  }

  /** A frame that was encoded once for many connections. */
  sendFrame(frame: Frame, urgency: Urgency = 'durable'): void {
    this.outlet.push(frame, urgency);
  }

  sendText(text: WireText, urgency: Urgency = 'durable'): void {
    this.outlet.push(frames.of(text), urgency);
  }

  /** For who has much to send: resolves when the client has taken most of what it is owed, or is gone. */
  drained(): Promise<void> {
    return this.transport.drained();
  }

  close(code: CloseCode, reason = ''): void {
    this.transport.close(code, reason);
  }

  override identify(identity: Identity, clientId?: string): void {
    super.identify(identity);
    this.client = clientId ?? this.client;
  }
}
