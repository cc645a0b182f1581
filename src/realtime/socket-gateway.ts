import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { FieldProblem } from '../common/domain-error.js';
import { Settings } from '../config/settings.js';
import { Departure } from './raw-gateway.js';
import { SocketConnection } from './socket-connection.js';

export const SOCKET_GATEWAY = Symbol('socket gateway');

/** What the client connected with, once it is known who it is. Credentials are in it: keep them out of contexts and logs. */
export interface SocketHandshake {
  namespace: string;
  /** The `auth` object of the client. */
  auth: Readonly<Record<string, unknown>>;
  query: URLSearchParams;
}

/** Why an event was refused. */
export interface SocketFailure {
  event: string;
  code: string;
  message: string;
  details?: FieldProblem[];
  retryAfterMs?: number;
  /** With a fault of ours: what our log calls it. */
  errorId?: string;
  /** What was thrown. */
  error: unknown;
}

/** What a Socket.IO gateway may implement beside its `@SubscribeMessage` handlers. `C` is its own state of a connection. */
export interface SocketGatewayHooks<C = unknown> {
  /** @throws DomainError: a `connect_error` with its code */
  parse(handshake: SocketHandshake): C;
  /**
   * Decides whether this user may connect. Nothing that the client sends runs before, and what it is sent meanwhile arrives
   * after `connect`. What it throws is a `connect_error` whose `data` has the code.
   */
  admit(connection: SocketConnection<C>): void | Promise<void>;
  /** Called exactly once for each connection whose admission began, after the admission has settled, however it ended. */
  departed(connection: SocketConnection<C>, departure: Departure): void | Promise<void>;
  /**
   * Tells an error in the gateway's dialect, beside the acknowledgement. What it returns is told there instead, for a
   * gateway that has codes of its own.
   */
  failed?(connection: SocketConnection<C>, failure: SocketFailure): SocketFailure | undefined;
}

export interface SocketGatewayOptions {
  namespaces: string | ((settings: Settings) => readonly string[]);
  /**
   * Whether guests may connect, where the server takes them (section 1.1): with a guest's token, or without any credential,
   * then perhaps with `auth: { username }`.
   */
  guests?: boolean;
}

/**
 * A gateway on Socket.IO namespaces. Its `@SubscribeMessage(event)` methods take `@Conn()` and `@MessageBody()`, the event's
 * first argument, and may carry Nest's guards, pipes and interceptors. What a method returns is `data` of the
 * acknowledgement, `{ success: true, message: "Success", data }`; what it throws, `{ success: false, message, error, code }`.
 * One connection's events are handled in order, one at a time.
 */
export function SocketGateway(options: SocketGatewayOptions): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(SOCKET_GATEWAY, options));
}
