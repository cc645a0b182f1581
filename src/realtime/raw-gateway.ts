import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { ConnectedSocket } from '@nestjs/websockets';
import { CloseCode } from './close-codes.js';
import { Connection } from './connection.js';

export const RAW_GATEWAY = Symbol('raw gateway');

/** What the client asked for, before it is known who it is. */
export interface HandshakeRequest {
  /** The path's parameters, percent-decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

/**
 * How a connection ended, for those who tell others: `clean` (a close frame that meant it), `broken` (the network, a
 * dead peer, or one that is expected back): it has `graceMs` to return.
 */
export type Departure = { how: 'clean' } | { how: 'broken'; extraGraceMs: number };

/** What a raw gateway may implement beside its `@SubscribeMessage` handlers. `C` is its own state of a connection. */
export interface RawGatewayHooks<C = unknown> {
  /** Reads path and query, before authentication; @throws BadHandshake: close 4400. */
  parse(request: HandshakeRequest): C;
  /**
   * Decides whether this user may connect, and sends the first frames. What the client sends meanwhile is held, in order.
   * A DomainError closes with the code that fits; anything else with 1011.
   */
  admit(connection: Connection<C>): Promise<void>;
  /** Called exactly once for each connection whose admission began, after the admission has settled, however it ended. */
  departed(connection: Connection<C>, departure: Departure): void | Promise<void>;
}

export interface RawGatewayOptions {
  path: string;
  /** Whether a credential at the upgrade is answered with `auth_success` too (the room gateway, section 5). */
  announceAuth?: boolean;
  /** Whether guests may open it, where the server takes them (section 1.1): with a guest's token, or `join` first. */
  guests?: boolean;
}

/**
 * A gateway on raw WebSocket at a path with parameters (`/ws/channel/:channel_id`). Its `@SubscribeMessage(type)`
 * methods take `@Conn()` and `@MessageBody()`, and may carry Nest's guards, pipes and interceptors. What a method
 * returns is the typed reply, with the command's `ref` (`ANSWERED`: it has sent that itself); an `ack` goes out only to who
 * gave a `ref`.
 */
export function RawGateway(path: string, options: Omit<RawGatewayOptions, 'path'> = {}): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(RAW_GATEWAY, { path, ...options } satisfies RawGatewayOptions));
}

/** The connection that a command came on. */
export const Conn = ConnectedSocket;

/** The path or the query is not what this gateway takes: close 4400. */
export class BadHandshake extends Error {}

/** Admission was refused with a close code of its own, such as 4404. */
export class AdmissionRefused extends Error {
  constructor(
    readonly closeCode: CloseCode,
    reason: string,
  ) {
    super(reason);
  }
}
