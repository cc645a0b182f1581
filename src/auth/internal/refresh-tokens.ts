import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { SessionId } from '../../common/ids.js';
import { Settings } from '../../config/settings.js';
import { TransactionRunner, Tx } from '../../infra/database/transaction-runner.js';
import { InvalidToken } from '../auth.errors.js';
import { KnownRefreshToken, RefreshTokenRepository } from '../persistence/refresh-token.repository.js';
import type { LiveSession } from '../persistence/session.repository.js';
import { SessionsService } from '../sessions.service.js';
import { hashOf, newOpaqueToken, successorKey, successorOf } from './opaque-token.js';

const RETRY_GRACE_MS = 10_000;

export interface RotatedToken {
  session: LiveSession;
  refreshToken: string;
}

type Outcome = RotatedToken | 'invalid' | { reused: KnownRefreshToken; ended: SessionId[] };

/** Refresh tokens are used once, each for the next of its session; a second use means that two parties hold it (RFC 9700, 4.14.2). */
@Injectable()
export class RefreshTokens {
  private readonly logger = new Logger(RefreshTokens.name);
  private readonly key: Buffer;

  constructor(
    private readonly repository: RefreshTokenRepository,
    private readonly sessions: SessionsService,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
    settings: Settings,
  ) {
    this.key = successorKey(settings.JWT_SECRET);
  }

  /** The first token of a new session. */
  async begin(tx: Tx, sessionId: SessionId): Promise<string> {
    const token = newOpaqueToken();
    await this.store(tx, token, { sessionId, generation: 0 });
    return token;
  }

  /**
   * Exchanges a token for its successor. Within 10 s, and while the successor is unused, it may be asked for again:
   * the answer may have been lost. Any other second use ends the session.
   * @throws InvalidToken
   */
  async rotate(token: string): Promise<RotatedToken> {
    const outcome = await this.transactions.run((tx) => this.exchange(tx, token));
    if (outcome === 'invalid') throw new InvalidToken();
    if ('session' in outcome) return outcome;
    const { sessionId, userId } = outcome.reused;
    this.logger.warn({ msg: 'refresh token used twice: its session is ended', sessionId, userId });
    await this.sessions.announce(userId, outcome.ended, 'token_reuse');
    throw new InvalidToken();
  }

  /** Whose token this is, used or not. */
  find(token: string): Promise<KnownRefreshToken | undefined> {
    return this.repository.lookUp(hashOf(token));
  }

  private async exchange(tx: Tx, token: string): Promise<Outcome> {
    const refreshToken = successorOf(token, this.key);
    const used = await this.repository.use(tx, hashOf(token), this.clock.date());
    if (used === undefined) return this.secondUse(tx, token, refreshToken);
    const session = await this.sessions.touch(tx, used.sessionId);
    if (session === undefined) return 'invalid';
    await this.store(tx, refreshToken, { sessionId: used.sessionId, generation: used.generation + 1 });
    return { session, refreshToken };
  }

  private async secondUse(tx: Tx, token: string, refreshToken: string): Promise<Outcome> {
    const known = await this.repository.find(tx, hashOf(token));
    if (known === undefined) return 'invalid';
    if (await this.mayBeRetry(tx, known, refreshToken)) {
      const session = await this.sessions.touch(tx, known.sessionId);
      if (session === undefined) return 'invalid';
      this.logger.log({ msg: 'refresh token asked for again', sessionId: known.sessionId });
      return { session, refreshToken };
    }
    const ended = await this.sessions.revoke(tx, { userId: known.userId, only: known.sessionId }, 'token_reuse');
    return { reused: known, ended };
  }

  private async mayBeRetry(tx: Tx, known: KnownRefreshToken, refreshToken: string): Promise<boolean> {
    if (known.usedAt === null || this.clock.now() - known.usedAt.getTime() > RETRY_GRACE_MS) return false;
    const successor = await this.repository.find(tx, hashOf(refreshToken));
    return successor?.usedAt === null;
  }

  private async store(tx: Tx, token: string, of: { sessionId: SessionId; generation: number }): Promise<void> {
    await this.repository.insert(tx, { ...of, tokenHash: hashOf(token), createdAt: this.clock.date(), usedAt: null });
  }
}
