import { Injectable } from '@nestjs/common';
import { Brackets } from 'typeorm';
import type { SessionId, UserId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import { TransactionRunner, Tx } from '../../infra/database/transaction-runner.js';
import { Session } from './session.entity.js';

/** A session that has not ended, and whose user has not left. */
export interface LiveSession {
  sessionId: SessionId;
  userId: UserId;
  /** The user's name as it is now. */
  username: string;
  expiresAt: Date;
}

/** The moment to judge sessions at, and since when one must have been used. */
export interface Moment {
  now: Date;
  idleSince: Date;
}

export interface Revocation {
  userId: UserId;
  only?: SessionId;
  except?: SessionId;
  reason: string;
}

/** What a node holds connections for. */
export interface KnownSession {
  sessionId: SessionId;
  username: string;
}

/** A session that is not what a node takes it for: `username` is the user's present name, or null when it has ended. */
export interface ChangedSession {
  sessionId: SessionId;
  username: string | null;
}

const ALIVE = 's.revoked_at IS NULL AND s.expires_at > $2 AND s.last_used_at > $3 AND u.deactivated_at IS NULL';
const COLUMNS = 's.id AS "sessionId", s.user_id AS "userId", u.username, s.expires_at AS "expiresAt"';
const LIST_LIVE = statement(
  `SELECT ${COLUMNS} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ANY($1::uuid[]) AND ${ALIVE}`,
);
// By the database's clock, so that all nodes agree. A session without a row has expired, or its user was deleted.
const LIST_CHANGED = statement(
  `SELECT known.session_id AS "sessionId", u.username
    FROM unnest($1::uuid[], $2::text[]) AS known (session_id, username)
    LEFT JOIN (sessions s JOIN users u ON u.id = s.user_id)
      ON s.id = known.session_id AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deactivated_at IS NULL
    WHERE u.username IS DISTINCT FROM known.username`,
);
// What commits late is still seen: no transaction that ends sessions lasts nearly as long as this.
const LIST_TOUCHED = statement(
  `SELECT user_id FROM sessions WHERE revoked_at > now() - interval '30 s'
    UNION SELECT id FROM users WHERE identity_changed_at > now() - interval '30 s' LIMIT $1`,
);

@Injectable()
export class SessionRepository {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly prepared: PreparedStatements,
  ) {}

  async insert(tx: Tx, session: Session): Promise<void> {
    await tx.insert(Session, session);
  }

  /** Those that live, in no order. */
  async listLive(ids: readonly SessionId[], { now, idleSince }: Moment): Promise<LiveSession[]> {
    const rows = await this.prepared.objects<Omit<LiveSession, 'expiresAt'> & { expiresAt: string }>(LIST_LIVE, [
      ids,
      now,
      idleSince,
    ]);
    return rows.map((row) => ({ ...row, expiresAt: new Date(row.expiresAt) }));
  }

  /** Users who lost a session or changed their name in the last 30 s, or were deactivated; at most so many, in no order. */
  async listTouchedUsers(limit: number): Promise<UserId[]> {
    const rows = await this.prepared.arrays<[UserId]>(LIST_TOUCHED, [limit]);
    return rows.map(([userId]) => userId);
  }

  /** Those that have ended, or whose user has another name, in no order. Idle ones live on while they are connected. */
  listChanged(known: readonly KnownSession[]): Promise<ChangedSession[]> {
    return this.prepared.objects(LIST_CHANGED, [
      known.map(({ sessionId }) => sessionId),
      known.map(({ username }) => username),
    ]);
  }

  /** Notes that a live session is in use, and locks it until `tx` ends; undefined when it lives no more. */
  async touch(tx: Tx, id: SessionId, { now, idleSince }: Moment): Promise<LiveSession | undefined> {
    const sql = `UPDATE sessions s SET last_used_at = $2 FROM users u
      WHERE u.id = s.user_id AND s.id = $1 AND ${ALIVE} RETURNING ${COLUMNS}`;
    const [rows] = await tx.query<[LiveSession[], number]>(sql, [id, now, idleSince]);
    return rows[0];
  }

  /** The user's live sessions, newest first, beyond `before`. */
  listLiveOf(userId: UserId, moment: Moment, page: { before?: SessionId; limit: number }): Promise<Session[]> {
    return this.transactions.read((tx) => {
      const query = tx
        .createQueryBuilder(Session, 's')
        .where('s.userId = :userId AND s.revokedAt IS NULL', { userId })
        .andWhere(new Brackets((live) => live.where('s.expiresAt > :now AND s.lastUsedAt > :idleSince', moment)));
      if (page.before !== undefined) query.andWhere('s.id < :before', { before: page.before });
      return query.orderBy('s.id', 'DESC').limit(page.limit).getMany();
    });
  }

  /** Ends sessions of a user that had not ended, and returns which. Locks in id order, so that two of these cannot deadlock. */
  async revoke(tx: Tx, { userId, only, except, reason }: Revocation): Promise<SessionId[]> {
    const sql = `UPDATE sessions SET revoked_at = clock_timestamp(), revoked_reason = $2 WHERE id IN (
        SELECT id FROM sessions
        WHERE user_id = $1 AND revoked_at IS NULL AND ($3::uuid IS NULL OR id = $3) AND ($4::uuid IS NULL OR id <> $4)
        ORDER BY id FOR UPDATE)
      RETURNING id`;
    const parameters = [userId, reason, only ?? null, except ?? null];
    const [rows] = await tx.query<[{ id: SessionId }[], number]>(sql, parameters);
    return rows.map((row) => row.id);
  }

  /** Deletes expired sessions, and with them their tokens; returns those that had not been revoked before. */
  async deleteExpired(now: Date, limit: number): Promise<{ sessionId: SessionId; userId: UserId }[]> {
    const sql = `WITH expired AS (
        DELETE FROM sessions WHERE id IN (
          SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING id, user_id, revoked_at)
      SELECT id AS "sessionId", user_id AS "userId" FROM expired WHERE revoked_at IS NULL`;
    return this.transactions.run((tx) => tx.query<{ sessionId: SessionId; userId: UserId }[]>(sql, [now, limit]));
  }
}
