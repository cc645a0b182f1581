import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import { Gathering } from '../common/gathering.js';
import { Ids, parseId, SessionId, UserId } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import { TransactionRunner, Tx } from '../infra/database/transaction-runner.js';
import { Page, PageQuery, readCursor, toPage } from '../infra/http/page.js';
import { SessionNotFound } from './auth.errors.js';
import type { Device } from './device.js';
import { SessionDto } from './dto/session.dto.js';
import { Session } from './persistence/session.entity.js';
import { LiveSession, Moment, SessionRepository } from './persistence/session.repository.js';

const IDLE_MAX_MS = 7 * 86_400_000;
const EXPIRED_AT_ONCE = 1000;

export type RevocationReason =
  'logout' | 'logout_all' | 'session_ended' | 'password_changed' | 'account_deleted' | 'token_reuse' | 'expired';

/** Sessions to end: one, all of a user, or all but one. */
export interface SessionsToEnd {
  userId: UserId;
  only?: SessionId;
  except?: SessionId;
}

/** Logins, each on a device: what tokens, tickets and sockets live as long as. */
@Injectable()
export class SessionsService {
  private readonly lookups: Gathering<SessionId, LiveSession | undefined>;

  constructor(
    private readonly repository: SessionRepository,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.lookups = new Gathering((sessions) => this.lookUp(sessions), clock);
  }

  async open(tx: Tx, user: { id: UserId; username: string }, device: Device): Promise<LiveSession> {
    const now = this.clock.date();
    const session: Session = {
      id: this.ids.next<SessionId>(),
      userId: user.id,
      userAgent: device.userAgent,
      ip: device.ip,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + this.settings.REFRESH_TOKEN_TTL_S * 1000),
      revokedAt: null,
      revokedReason: null,
    };
    await this.repository.insert(tx, session);
    return { sessionId: session.id, userId: user.id, username: user.username, expiresAt: session.expiresAt };
  }

  /** Undefined when it has ended, expired, was idle too long, or its user has left. */
  findLive(id: SessionId): Promise<LiveSession | undefined> {
    return this.lookups.ask(id);
  }

  /** Notes that the session is in use; undefined as for `findLive`. */
  touch(tx: Tx, id: SessionId): Promise<LiveSession | undefined> {
    return this.repository.touch(tx, id, this.moment());
  }

  async list(userId: UserId, current: SessionId, { limit, cursor }: PageQuery): Promise<Page<SessionDto>> {
    const [before] = readCursor(cursor, [parseId<SessionId>]) ?? [];
    const page = { limit: limit + 1, ...(before !== undefined && { before }) };
    const rows = await this.repository.listLiveOf(userId, this.moment(), page);
    return toPage(rows, limit, { toItem: (session) => toDto(session, current), keyOf: (session) => [session.id] });
  }

  /** Ends sessions and tells everyone who holds something open for them; returns once they have been told. */
  async end(sessions: SessionsToEnd, reason: RevocationReason): Promise<void> {
    const ended = await this.transactions.run((tx) => this.revoke(tx, sessions, reason));
    await this.announce(sessions.userId, ended, reason);
  }

  /** @throws SessionNotFound also for another user's session */
  async endOne(userId: UserId, sessionId: SessionId): Promise<void> {
    const reason = 'session_ended';
    const ended = await this.transactions.run((tx) => this.revoke(tx, { userId, only: sessionId }, reason));
    if (ended.length === 0) throw new SessionNotFound();
    await this.announce(userId, ended, reason);
  }

  /** The part of `end` inside a transaction of the caller's, who announces what it returns after the commit. */
  revoke(tx: Tx, sessions: SessionsToEnd, reason: RevocationReason): Promise<SessionId[]> {
    return this.repository.revoke(tx, { ...sessions, reason });
  }

  async announce(userId: UserId, sessionIds: SessionId[], reason: RevocationReason): Promise<void> {
    if (sessionIds.length > 0) await this.events.publish('session.revoked', { sessionIds, userId, reason });
  }

  /** Forgets expired sessions, at most 1000, with all their tokens, and ends what is still open for them. */
  async deleteExpired(): Promise<void> {
    const expired = await this.repository.deleteExpired(this.clock.date(), EXPIRED_AT_ONCE);
    for (const { sessionId, userId } of expired) await this.announce(userId, [sessionId], 'expired');
  }

  private async lookUp(ids: readonly SessionId[]): Promise<(LiveSession | undefined)[]> {
    const live = await this.repository.listLive(ids, this.moment());
    const byId = new Map(live.map((session) => [session.sessionId, session]));
    return ids.map((id) => byId.get(id));
  }

  private moment(): Moment {
    const now = this.clock.date();
    // A token that was given out for longer than that keeps its session alive.
    const idleMax = Math.max(IDLE_MAX_MS, this.settings.ACCESS_TOKEN_TTL_S * 1000);
    return { now, idleSince: new Date(now.getTime() - idleMax) };
  }
}

function toDto(session: Session, current: SessionId): SessionDto {
  return {
    id: session.id,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    user_agent: session.userAgent,
    ip: session.ip,
    current: session.id === current,
  };
}
