import { ConnectionId, UserId } from '../common/ids.js';
import { CloseCode } from './close-codes.js';
import { Identity } from './connection-authenticator.js';
import { encodeFrame, Frame, WireEvent } from './wire.js';

/** What a connection needs of the machine that drives it. */
export interface Transport {
  write(frame: Frame, urgency: 'durable' | 'volatile'): void;
  close(code: CloseCode, reason: string, options?: { extraGraceMs?: number }): void;
  /** Resolves when the peer has taken most of what it is owed, or is gone. */
  drained(): Promise<void>;
  readonly open: boolean;
}

/**
 * One client on a raw gateway, as gateways and services see it. `context` is the gateway's own state of it.
 * Everything to the socket passes one queue, so what is sent first arrives first.
 */
export class Connection<Context = unknown> {
  private identity: Identity | undefined;
  private client: string | undefined;

  constructor(
    readonly id: ConnectionId,
    readonly context: Context,
    private readonly transport: Transport,
  ) {}

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

  send(event: WireEvent): void {
    this.transport.write(encodeFrame(event), 'durable');
  }

  /** Typing, presence, signals: given up first when the client is slow. */
  sendVolatile(event: WireEvent): void {
    this.transport.write(encodeFrame(event), 'volatile');
  }

  /** A frame that was encoded once for many connections. */
  sendFrame(frame: Frame, urgency: 'durable' | 'volatile' = 'durable'): void {
    this.transport.write(frame, urgency);
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
