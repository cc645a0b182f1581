import { CloseCode } from '../../close-codes.js';
import { CredentialRefused } from '../../connection-authenticator.js';
import { SocketConnection } from '../../socket-connection.js';
import { ConnectionServices } from '../connection-services.js';
import { proveAgain } from '../proof.js';
import { TokenExpiry } from '../token-expiry.js';

/** Renews the token, as on raw gateways (protocol section 1.1). */
export const AUTH_TOKEN = 'auth_token';

/** Whose place at this node a connection has, and how long: where settings ask for that, it ends with its token. */
export class SocketSession {
  /** Made when settings ask for it: most connections outlive their tokens. */
  private expiry: TokenExpiry | undefined;

  constructor(
    private readonly connection: SocketConnection,
    private readonly services: ConnectionServices,
  ) {}

  watchExpiry(): void {
    if (!this.services.settings.WS_CLOSE_ON_TOKEN_EXPIRY) return;
    this.expiry ??= new TokenExpiry(this.services.clock, {
      expiring: () => {
        this.connection.emit('token_expiring', { expires_at: this.expiresAt() });
      },
      expired: () => {
        this.connection.close(CloseCode.Unauthenticated, 'expired_token');
      },
    });
    this.expiry.watch(this.connection.user.tokenExpiresAt);
  }

  /** Takes a fresh token of the same user and session; any other ends the connection. */
  async renew({ token }: Record<string, unknown>): Promise<object | undefined> {
    const { connection, services } = this;
    try {
      const identity = await proveAgain(services, typeof token === 'string' ? token : '', connection.user);
      connection.identify(identity);
      if (connection.isOpen) this.watchExpiry();
      return { user: identity.username, user_id: identity.userId, expires_at: this.expiresAt() };
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      connection.close(CloseCode.Unauthenticated, error.code);
      return undefined;
    }
  }

  /** The connection has ended. */
  stop(): void {
    this.expiry?.stop();
    this.services.registry.remove(this.connection);
    this.services.open.guests.remove(this.connection);
  }

  private expiresAt(): string {
    return this.connection.user.tokenExpiresAt.toISOString();
  }
}
