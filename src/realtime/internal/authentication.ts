import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../close-codes.js';
import { ConnectionAuthenticator, Credential, CredentialRefused, Identity } from '../connection-authenticator.js';
import { ConnectionRegistry } from '../connection-registry.js';
import { Connection } from '../connection.js';
import { AuthErrorEvent, AuthSuccessEvent, ErrorEvent, TokenExpiringEvent } from '../core-messages.js';
import { ClientMessage } from './message.js';
import { TokenExpiry } from './token-expiry.js';

const CLIENT_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

export const isClientId = (value: unknown): value is string => typeof value === 'string' && CLIENT_ID.test(value);

interface AuthenticationServices {
  settings: Settings;
  clock: Clock;
  authenticator: ConnectionAuthenticator;
  registry: ConnectionRegistry;
}

/** Who a connection belongs to: proves it, announces it, renews it, and ends it with the token where that is asked for. */
export class Authentication {
  /** Made when settings ask for it: most connections outlive their tokens. */
  private expiry: TokenExpiry | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly services: AuthenticationServices,
  ) {}

  /** The token of an `auth_token` message; undefined when its `clientId` is malformed, which has been answered. */
  read({ fields, ref }: ClientMessage): { value: string; clientId: string | undefined } | undefined {
    const { token, clientId } = fields;
    if (clientId !== undefined && clientId !== null && !isClientId(clientId)) {
      const details = [{ field: 'clientId', problems: ['must be 1 to 64 of A-Z a-z 0-9 _ . : -'] }];
      this.connection.send({
        type: 'error',
        code: 'validation_failed',
        message: 'Some fields are not valid.',
        details,
        ...(ref !== undefined && { ref }),
      } satisfies ErrorEvent);
      return undefined;
    }
    return { value: typeof token === 'string' ? token : '', clientId: clientId ?? undefined };
  }

  /** False when the credential was refused, or the user has too many connections: then the connection is closing. */
  async authenticate(credential: Credential, clientId?: string): Promise<boolean> {
    const identity = await this.prove(credential);
    if (identity === undefined || !this.connection.isOpen) return false;
    const { registry, settings } = this.services;
    const limit = settings.WS_MAX_CONNECTIONS_PER_USER;
    if (limit > 0 && registry.countOf(identity.userId) >= limit) {
      this.connection.close(CloseCode.Flooding, 'too many connections');
      return false;
    }
    this.connection.identify(identity, clientId);
    if (!registry.add(this.connection)) {
      this.refuse(new CredentialRefused('invalid_token'));
      return false;
    }
    return true;
  }

  announce(ref?: string): void {
    const { username, userId, tokenExpiresAt } = this.connection.user;
    this.connection.send({
      type: 'auth_success',
      user: username,
      user_id: userId,
      client_id: this.connection.clientId,
      expires_at: tokenExpiresAt.toISOString(),
      ...(ref !== undefined && { ref }),
    } satisfies AuthSuccessEvent);
  }

  /** A fresh token on an open connection: of the same user and session, else 4401; the identity is never swapped. */
  async renew(message: ClientMessage): Promise<void> {
    const token = this.read(message);
    if (token === undefined) return;
    const identity = await this.prove({ kind: 'token', value: token.value });
    if (identity === undefined || !this.connection.isOpen) return;
    const { userId, sessionId } = this.connection.user;
    if (identity.userId !== userId || identity.sessionId !== sessionId) {
      this.refuse(new CredentialRefused('invalid_token'));
      return;
    }
    this.connection.identify(identity);
    this.announce(message.ref);
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

  stop(): void {
    this.expiry?.stop();
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
  private async prove(credential: Credential): Promise<Identity | undefined> {
    try {
      if (credential.value === '') throw new CredentialRefused('invalid_token');
      return await this.services.authenticator.authenticate(credential);
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      this.refuse(error);
      return undefined;
    }
  }

  private refuse({ code, message }: CredentialRefused): void {
    this.connection.send({ type: 'auth_error', code, message } satisfies AuthErrorEvent);
    this.connection.close(CloseCode.Unauthenticated, code);
  }
}
