import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SessionId } from '../common/ids.js';
import { WaitingLine } from '../common/waiting-line.js';
import { Settings } from '../config/settings.js';
import {
  ConnectionAuthenticator,
  Credential,
  CredentialRefused,
  Identity,
  NewGuest,
} from '../realtime/connection-authenticator.js';
import { ExpiredToken, InvalidToken } from './auth.errors.js';
import { GuestsService } from './guests.service.js';
import { AccessClaims, AccessTokens } from './internal/access-tokens.js';
import { SessionsService } from './sessions.service.js';
import { WsTicketsService } from './ws-tickets.service.js';

/** Tells whose credential it is, for sockets and for REST: the token is right, its session lives, its user is active. */
@Injectable()
export class SessionConnectionAuthenticator extends ConnectionAuthenticator {
  /**
   * Each ticket is taken on its own. When thousands come with one they wait in line: in the pool's own queue they would be
   * refused for waiting, and everybody else with them.
   */
  private readonly line: WaitingLine;

  constructor(
    private readonly tokens: AccessTokens,
    private readonly tickets: WsTicketsService,
    private readonly sessions: SessionsService,
    private readonly guests: GuestsService,
    settings: Settings,
    clock: Clock,
  ) {
    super();
    this.line = new WaitingLine(Math.ceil(settings.DATABASE_POOL_SIZE / 2), clock);
  }

  override async authenticate({ kind, value }: Credential): Promise<Identity> {
    try {
      return await (kind === 'token' ? this.byToken(value) : this.byTicket(value));
    } catch (error) {
      if (error instanceof InvalidToken || error instanceof ExpiredToken) throw new CredentialRefused(error.code);
      throw error;
    }
  }

  override welcome(username: unknown, address: string | undefined): Promise<NewGuest> {
    return this.guests.welcome(username, address ?? null);
  }

  /** @throws InvalidToken when the session behind the claims has ended */
  async identify(claims: AccessClaims): Promise<Identity> {
    const identity = await this.identityOf(claims.sessionId, claims.expiresAt);
    if (identity.userId !== claims.userId) throw new InvalidToken();
    return identity;
  }

  private async byToken(token: string): Promise<Identity> {
    return (await this.guests.identify(token)) ?? this.identify(await this.tokens.verify(token));
  }

  private async byTicket(ticket: string): Promise<Identity> {
    const { sessionId, tokenExpiresAt } = await this.line.run(() => this.tickets.take(ticket));
    return this.identityOf(sessionId, tokenExpiresAt);
  }

  private async identityOf(sessionId: SessionId, tokenExpiresAt: Date): Promise<Identity> {
    const session = await this.sessions.findLive(sessionId);
    if (session === undefined) throw new InvalidToken();
    return { userId: session.userId, username: session.username, sessionId, tokenExpiresAt };
  }
}
