import { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { Forbidden, RateLimited, Unavailable } from '../../../common/domain-error.js';
import { Credential, CredentialRefused, Identity } from '../../connection-authenticator.js';
import { failureFields } from '../../socket-failure.js';
import { ConnectionServices } from '../connection-services.js';
import { crowdingOf } from '../crowding.js';
import { prove } from '../proof.js';
import { Engine, EngineLink } from './engine-link.js';
import { socketCredential } from './socket-credential.js';
import { SocketDriver } from './socket-driver.js';
import { AuthRequired, failureOf } from './socket-errors.js';
import { SocketRoute } from './socket-route.js';

/** How long one who has too many connections, or shares an address with too many guests, is told to wait. */
const CROWDED_RETRY_MS = 5000;

const logger = new Logger('SocketEntrance');

/** What a client gets as `connect_error`; Socket.IO sends `message` and `data`. */
export class ConnectRefusal extends Error {
  constructor(
    message: string,
    readonly data: object,
  ) {
    super(message);
  }
}

/** `token`: of who has just become a guest. */
interface Entrant {
  identity: Identity;
  token?: string;
}

/** Decides who may connect to a namespace: before that Socket.IO does not say `connect`, and nothing of theirs is handled. */
export class SocketEntrance {
  private readonly drivers = new WeakMap<Socket, SocketDriver>();

  constructor(
    private readonly services: ConnectionServices,
    private readonly linkOf: (engine: Engine) => EngineLink,
  ) {}

  /** Resolves to why it is refused, or to nothing. */
  async enter(socket: Socket, route: SocketRoute): Promise<ConnectRefusal | undefined> {
    try {
      await this.decide(socket, route);
      return undefined;
    } catch (error) {
      return this.refusal(socket, route, error);
    }
  }

  /** Socket.IO has said `connect`. */
  opened(socket: Socket): void {
    this.drivers.get(socket)?.opened();
  }

  private async decide(socket: Socket, route: SocketRoute): Promise<void> {
    const { clock, open, registry } = this.services;
    const link = this.linkOf(socket.conn);
    const verdict = link.bucket.take(clock.now());
    if (!verdict.allowed) {
      if (verdict.flooding) link.cut();
      throw new RateLimited(verdict.retryAfterMs);
    }
    if (open.draining) throw new Unavailable();
    const { auth, headers } = socket.handshake;
    const query = new URL(socket.handshake.url, 'http://localhost').searchParams;
    const credential = socketCredential(auth, headers, query);
    const { identity, token } = await (credential === undefined && route.guests
      ? this.welcome(auth['username'], link.address)
      : this.authenticate(credential));
    if (identity.guest && !route.guests) throw new Forbidden('Guests may not connect here.');
    if (crowdingOf(this.services, identity, link.address) !== undefined) throw new RateLimited(CROWDED_RETRY_MS);
    const context = route.hooks.parse({ namespace: route.namespace, auth, query });
    const driver = new SocketDriver({ socket, link, route, context, identity }, this.services);
    if (!registry.add(driver.connection)) throw new CredentialRefused('invalid_token');
    this.drivers.set(socket, driver);
    if (identity.guest) open.guests.add(driver.connection, link.address);
    open.pending.remove(link);
    if (token !== undefined) driver.connection.emit('auth_success', newGuest(identity, token));
    await driver.admit();
  }

  private async authenticate(credential: Credential | undefined): Promise<Entrant> {
    if (credential === undefined) throw new AuthRequired();
    return { identity: await prove(this.services, credential) };
  }

  /** Without any credential: a guest, of the name that it wishes (protocol section 1.1). */
  private async welcome(username: unknown, address: string): Promise<Entrant> {
    if (this.services.open.guests.isFull(address)) throw new RateLimited(CROWDED_RETRY_MS);
    return this.services.authenticator.welcome(username, address);
  }

  private refusal(socket: Socket, { namespace }: SocketRoute, error: unknown): ConnectRefusal {
    if (error instanceof CredentialRefused) return new ConnectRefusal(error.message, { code: error.code });
    const failure = failureOf('connect', error);
    const { errorId } = failure;
    if (errorId !== undefined)
      logger.error({ msg: 'connect failed', error_id: errorId, namespace, socket_id: socket.id, err: error });
    return new ConnectRefusal(failure.message, failureFields(failure));
  }
}

/** As on raw gateways: with the token, it can come back as the same guest. */
function newGuest({ userId, username, tokenExpiresAt }: Identity, token: string): object {
  return { user: username, user_id: userId, expires_at: tokenExpiresAt.toISOString(), guest: true, token };
}
