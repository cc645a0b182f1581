import { Forbidden, RateLimited, ValidationFailed } from '../../common/domain-error.js';
import { CloseCode } from '../close-codes.js';
import { Credential, CredentialRefused, Identity, NewGuest } from '../connection-authenticator.js';
import { Connection } from '../connection.js';
import { AuthErrorEvent, AuthSuccessEvent, TokenExpiringEvent } from '../core-messages.js';
import { answer } from './answer.js';
import { ConnectionServices } from './connection-services.js';
import { crowdingOf } from './crowding.js';
import { ClientMessage } from './message.js';
import { prove, proveAgain } from './proof.js';
import { TokenExpiry } from './token-expiry.js';
import { errorEventOf } from './wire-errors.js';

/** When who shares an address with too many guests may ask again. */
const FULL_ADDRESS_MS = 5000;
const CLIENT_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

export const isClientId = (value: unknown): value is string => typeof value === 'string' && CLIENT_ID.test(value);

/** Where the connection wants to enter. */
export interface Entrance {
  guests: boolean;
  /** Whom limits per address count; undefined where guests may not come. */
  address: string | undefined;
}

/** What the client has said beside its credential. */
interface Claim {
  clientId?: string | undefined;
  /** Of the message that the answer is for. */
  ref?: string | undefined;
}

/** A client that has become a guest by its `join`. */
interface Welcomed extends NewGuest {
  clientId: string | undefined;
}

/** Who a connection belongs to: proves it, announces it, renews it, and ends it with the token where that is asked for. */
export class Authentication {
  /** Made when settings ask for it: most connections outlive their tokens. */
  private expiry: TokenExpiry | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly services: ConnectionServices,
    private readonly entrance: Entrance,
  ) {}

  /** The token of an `auth_token` message; undefined when its `clientId` is malformed, which has been answered. */
  read(message: ClientMessage): { value: string; clientId: string | undefined } | undefined {
    const { token } = message.fields;
    try {
      return { value: typeof token === 'string' ? token : '', clientId: clientIdOf(message) };
    } catch (error) {
      this.answerError(error, message.ref);
      return undefined;
    }
  }

  /** Makes a guest of who has sent this `join`; undefined when it may not be, which has been answered. */
  async welcome(message: ClientMessage): Promise<Welcomed | undefined> {
    const { authenticator, open } = this.services;
    const { address = '' } = this.entrance;
    try {
      const clientId = clientIdOf(message);
      if (open.guests.isFull(address)) throw new RateLimited(FULL_ADDRESS_MS);
      return { ...(await authenticator.welcome(message.fields['username'], address)), clientId };
    } catch (error) {
      this.answerError(error, message.ref);
      return undefined;
    }
  }

  /**
   * False when the credential was refused, or the user has too many connections: then the connection is closing.
   * @throws Forbidden for a guest where guests may not come
   */
  async authenticate(credential: Credential, { clientId, ref }: Claim): Promise<boolean> {
    const identity = await this.unlessRefused(prove(this.services, credential), ref);
    return identity !== undefined && this.connection.isOpen && this.enter(identity, { clientId, ref });
  }

  /** As `authenticate`, for who is known to be what it says. */
  enter(identity: Identity, { clientId, ref }: Claim): boolean {
    const { registry, open } = this.services;
    const { address = '' } = this.entrance;
    const isGuest = identity.guest === true;
    if (isGuest && !this.entrance.guests) throw new Forbidden('Guests may not open this.');
    const crowding = crowdingOf(this.services, identity, address);
    if (crowding !== undefined) {
      this.connection.close(CloseCode.Flooding, crowding);
      return false;
    }
    this.connection.identify(identity, clientId);
    if (!registry.add(this.connection)) {
      this.refuse(new CredentialRefused('invalid_token'), ref);
      return false;
    }
    if (isGuest) open.guests.add(this.connection, address);
    return true;
  }

  /** `token`: of who has just become a guest. */
  announce({ ref, token }: { ref?: string | undefined; token?: string | undefined } = {}): void {
    const { username, userId, tokenExpiresAt, guest } = this.connection.user;
    this.connection.send({
      type: 'auth_success',
      user: username,
      user_id: userId,
      client_id: this.connection.clientId,
      expires_at: tokenExpiresAt.toISOString(),
      ...(guest === true && { guest }),
      ...(token !== undefined && { token }),
      ...(ref !== undefined && { ref }),
    } satisfies AuthSuccessEvent);
  }

  /** A fresh token on an open connection: of the same user and session, else 4401; the identity is never swapped. */
  async renew(message: ClientMessage): Promise<void> {
    const token = this.read(message);
    if (token === undefined) return;
    const { user } = this.connection;
    const identity = await this.unlessRefused(proveAgain(this.services, token.value, user), message.ref);
    if (identity === undefined || !this.connection.isOpen) return;
    this.connection.identify(identity);
    this.announce({ ref: message.ref });
    this.watchExpiry();
  }

  /** From now on the connection ends with its token, where settings ask for that. False: it has ended already. */
  watchExpiry(): boolean {
    if (this.services.settings.WS_CLOSE_ON_TOKEN_EXPIRY) {
      this.expiry ??= this.makeExpiry();
      this.expiry.watch(this.connection.user.tokenExpiresAt);
    }
    return this.connection.isOpen;
  }

  /** The connection has ended. */
  stop(): void {
    this.expiry?.stop();
    this.services.registry.remove(this.connection);
    this.services.open.guests.remove(this.connection);
  }

  private makeExpiry(): TokenExpiry {
    return new TokenExpiry(this.services.clock, {
      expiring: () => {
        const expiresAt = this.connection.user.tokenExpiresAt.toISOString();
        this.connection.send({ type: 'token_expiring', expires_at: expiresAt } satisfies TokenExpiringEvent);
      },
      expired: () => {
        this.refuse(new CredentialRefused('expired_token'));
      },
    });
  }

  /** Undefined when it was refused; what else goes wrong is thrown. */
  private async unlessRefused(proof: Promise<Identity>, ref: string | undefined): Promise<Identity | undefined> {
    try {
      return await proof;
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      this.refuse(error, ref);
      return undefined;
    }
  }

  /** @throws what is a fault of ours */
  private answerError(error: unknown, ref: string | undefined): void {
    const event = errorEventOf(error);
    if (event === undefined) throw error;
    answer(this.connection, event, ref);
  }

  /** `ref`: of the `auth_token` that this answers. */
  private refuse({ code, message }: CredentialRefused, ref?: string): void {
    const refusal = { type: 'auth_error', code, message, ...(ref !== undefined && { ref }) } satisfies AuthErrorEvent;
    this.connection.send(refusal);
    this.connection.close(CloseCode.Unauthenticated, code);
  }
}

/** @throws ValidationFailed */
function clientIdOf({ fields: { clientId } }: ClientMessage): string | undefined {
  if (clientId === undefined || clientId === null) return undefined;
  if (isClientId(clientId)) return clientId;
  throw new ValidationFailed([{ field: 'clientId', problems: ['must be 1 to 64 of A-Z a-z 0-9 _ . : -'] }]);
}
