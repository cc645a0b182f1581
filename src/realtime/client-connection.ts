import { ConnectionId, UserId } from '../common/ids.js';
import { CloseCode } from './close-codes.js';
import { Identity } from './connection-authenticator.js';
import { WireText } from './wire.js';

/** Volatile events give way when a client is slow, and are for those alone who are admitted already. */
export type Urgency = 'durable' | 'volatile';

/** A context whose connections are known in the log by more than their ids: by the room that they are in, say. */
export interface LoggedContext {
  readonly logFields?: object | undefined;
}

/** One client of any transport: whose it is, and how it is told what many are told. `context` is its gateway's own state. */
export abstract class ClientConnection<Context = unknown> {
  private identity: Identity | undefined;

  constructor(
    readonly id: ConnectionId,
    readonly context: Context,
  ) {}

  /** Who it belongs to: always from its credential, never from what it sends. */
  get user(): Identity {
    if (this.identity === undefined) throw new Error('The connection is not authenticated yet.');
    return this.identity;
  }

  get userId(): UserId {
    return this.user.userId;
  }

  /** The connection that the client itself holds: this one. */
  get device(): this {
    return this;
  }

  get authenticated(): boolean {
    return this.identity !== undefined;
  }

  abstract get isOpen(): boolean;

  /** An event in the dialect of its gateway; one that many get, one after the other, is encoded once. */
  abstract sendText(text: WireText, urgency?: Urgency): void;

  /** Sends what is queued, then closes; a second call does nothing. */
  abstract close(code: CloseCode, reason?: string): void;

  /** For the machine that drives it: the same user and session may renew its identity, nobody else may. */
  identify(identity: Identity): void {
    this.identity = identity;
  }
}
