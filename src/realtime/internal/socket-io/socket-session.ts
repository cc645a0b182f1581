import { CloseCode } from '../../close-codes.js';
import { CredentialRefused } from '../../connection-authenticator.js';
import { SocketConnection } from '../../socket-connection.js';
import { ConnectionServices } from '../connection-services.js';
import { TokenExpiry } from '../token-expiry.js';

/** Renews the token, as on raw gateways (protocol section 1.1). */
export const AUTH_TOKEN = 'auth_token';

/** How long a connection may go on: where settings ask for that, it ends with its token, unless it brings a fresh one. */
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

  /** Takes a fresh token of the same user and session; any other ends the connection: the identity is never swapped. */
  async renew({ token }: Record<string, unknown>): Promise<object | undefined> {
    try {
      const identity = await this.services.authenticator.authenticate({
        kind: 'token',
        value: typeof token === 'string' ? token : '',
      });
      const { userId, sessionId } = this.connection.user;
      if (identity.userId !== userId || identity.sessionId !== sessionId) throw new CredentialRefused('invalid_token');
      this.connection.identify(identity);
      if (this.connection.isOpen) this.watchExpiry();
      return { user: identity.username, user_id: userId, expires_at: this.expiresAt() };
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      this.connection.close(CloseCode.Unauthenticated, error.code);
      return undefined;
    }
  }

  stop(): void {
    this.expiry?.stop();
  }

  private expiresAt(): string {
    return this.connection.user.tokenExpiresAt.toISOString();
  }
}
