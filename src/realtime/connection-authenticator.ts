import { SessionId, UserId } from '../common/ids.js';

/** Who a connection belongs to, and how long its token lasts; the session behind it is what it lives as long as. */
export interface Identity {
  userId: UserId;
  username: string;
  sessionId: SessionId;
  tokenExpiresAt: Date;
  /** Whether it is a guest: without an account, and without a session. */
  guest?: boolean;
}

/** Who has become a guest, and the token to come back with as the same one. */
export interface NewGuest {
  identity: Identity;
  token: string;
}

/** What a client brought (protocol section 1.1): an access token, or a one-time ticket. */
export interface Credential {
  kind: 'token' | 'ticket';
  value: string;
}

/** Why a credential was refused. Never holds the credential. */
export class CredentialRefused extends Error {
  constructor(readonly code: 'invalid_token' | 'expired_token') {
    super(code === 'expired_token' ? 'The token has expired.' : 'The token is not valid.');
  }
}

/** The port by which sockets are authenticated; `auth/` implements it, and realtime knows nothing of accounts. */
export abstract class ConnectionAuthenticator {
  /** @throws CredentialRefused when it is bad, expired, used up, of another kind, or its session has ended */
  abstract authenticate(credential: Credential): Promise<Identity>;

  /**
   * Makes a guest of a client without a credential, where guests may come. What it wishes to be called may be anything;
   * undefined and null: no wish.
   * @throws ValidationFailed, RateLimited, Forbidden
   */
  abstract welcome(username: unknown, address: string | undefined): Promise<NewGuest>;
}
