import { Logger } from '@nestjs/common';
import { Cancel, Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../close-codes.js';
import { ConnectionAuthenticator, Credential, CredentialRefused, Identity } from '../connection-authenticator.js';
import { ConnectionRegistry } from '../connection-registry.js';
import { Connection } from '../connection.js';
import { ClientMessage } from './message.js';
import { closeCodeOf } from './wire-errors.js';

/** How long before its end a client is warned that its token expires (protocol section 1.1). */
const EXPIRY_WARNING_MS = 60_000;
const CLIENT_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

interface AuthenticationServices {
  settings: Settings;
  clock: Clock;
  authenticator: ConnectionAuthenticator;
  registry: ConnectionRegistry;
}

/** Who a connection belongs to: proves it, announces it, renews it, and ends it with the token where that is asked for. */
export class Authentication {
  private readonly logger = new Logger(Authentication.name);
  private expiry: Cancel | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly services: AuthenticationServices,
  ) {}

  /** The token of an `auth_token` message; undefined when its `clientId` is malformed, which has been answered. */
  read({ fields, ref }: ClientMessage): { value: string; clientId: string | undefined } | undefined {
    const { token, clientId } = fields;
    if (clientId !== undefined && clientId !== null && (typeof clientId !== 'string' || !CLIENT_ID.test(clientId))) {
      const details = [{ field: 'clientId', problems: ['must be 1 to 64 of A-Z a-z 0-9 _ . : -'] }];
      this.connection.send({
        type: 'error',
        code: 'validation_failed',
        message: 'Some fields are not valid.',
        details,
        ...(ref !== undefined && { ref }),
      });
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
    this.watchExpiry();
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
    });
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
    this.watchExpiry();
    this.announce(message.ref);
  }

  stop(): void {
    this.expiry?.();
  }

  private async prove(credential: Credential): Promise<Identity | undefined> {
    try {
      return await this.services.authenticator.authenticate(credential);
    } catch (error) {
      if (error instanceof CredentialRefused) {
        this.refuse(error);
      } else {
        const code = closeCodeOf(error);
        if (code === CloseCode.Internal)
          this.logger.error({ msg: 'authentication failed', connection_id: this.connection.id, err: error });
        this.connection.close(code, code === CloseCode.Internal ? 'internal error' : 'try again');
      }
      return undefined;
    }
  }

  private refuse({ code, message }: CredentialRefused): void {
    this.connection.send({ type: 'auth_error', code, message });
    this.connection.close(CloseCode.Unauthenticated, code);
  }

  private watchExpiry(): void {
    this.expiry?.();
    if (!this.services.settings.WS_CLOSE_ON_TOKEN_EXPIRY) return;
    const { clock } = this.services;
    const expiresAt = this.connection.user.tokenExpiresAt;
    const left = expiresAt.getTime() - clock.now();
    const warn = clock.after(Math.max(0, left - EXPIRY_WARNING_MS), () => {
      if (expiresAt.getTime() - clock.now() > EXPIRY_WARNING_MS + 1000) this.watchExpiry();
      else this.connection.send({ type: 'token_expiring', expires_at: expiresAt.toISOString() });
    });
    const end = clock.after(left, () => {
      if (clock.now() < expiresAt.getTime() - 1000) return;
      this.refuse(new CredentialRefused('expired_token'));
    });
    this.expiry = () => {
      warn();
      end();
    };
  }
}
