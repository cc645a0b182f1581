import { ConnectionId, UserId } from '../common/ids.js';
import { CloseCode } from './close-codes.js';
import { Identity } from './connection-authenticator.js';
import { encodeFrame, Frame, WireEvent } from './wire.js';

/** Volatile events give way when a client is slow, and are for those alone who are admitted already. */
export type Urgency = 'durable' | 'volatile';

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
}

/**
 * One client on a raw gateway, as gateways and services see it. `context` is the gateway's own state of it.
 * Everything to the socket passes one queue, so what is sent first arrives first.
 */
export class Connection<Context = unknown> {
  private identity: Identity | undefined;
  private client: string | undefined;
  /** Held here as well: fan-out is memory, and each object on the way to a socket is fetched anew for each connection. */
  private readonly outlet: Outlet;

  constructor(
    readonly id: ConnectionId,
    readonly context: Context,
    private readonly transport: Transport,
  ) {
    this.outlet = transport.outlet;
  }

  /** Who it belongs to: always from its credential, never from what it sends. */
  get user(): Identity {
    if (this.identity === undefined) throw new Error('The connection is not authenticated yet.');
    return this.identity;
  }

  get userId(): UserId {
    return this.user.userId;
  }

  get authenticated(): boolean {
    return this.identity !== undefined;
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

  /** For who has much to send: resolves when the client has taken most of what it is owed, or is gone. */
  drained(): Promise<void> {
    return this.transport.drained();
  }

  /** Sends what is queued, then closes; a second call does nothing. */
  close(code: CloseCode, reason = ''): void {
    this.transport.close(code, reason);
  }

  /** For the machine that drives it: the same user and session may renew its identity, nobody else may. */
  identify(identity: Identity, clientId?: string): void {
    this.identity = identity;
    this.client = clientId ?? this.client;
  }
}
