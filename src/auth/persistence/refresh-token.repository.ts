import { Injectable } from '@nestjs/common';
import type { SessionId, UserId } from '../../common/ids.js';
import { TransactionRunner, Tx } from '../../infra/database/transaction-runner.js';
import { RefreshToken } from './refresh-token.entity.js';

export interface KnownRefreshToken {
  sessionId: SessionId;
  userId: UserId;
  usedAt: Date | null;
}

@Injectable()
export class RefreshTokenRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  async insert(tx: Tx, token: RefreshToken): Promise<void> {
    await tx.insert(RefreshToken, token);
  }

  /** Uses a token up; of all who try at the same time, one gets it. */
  async use(tx: Tx, tokenHash: Buffer, now: Date): Promise<{ sessionId: SessionId; generation: number } | undefined> {
    const sql = `UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL
      RETURNING session_id AS "sessionId", generation`;
    const [rows] = await tx.query<[{ sessionId: SessionId; generation: number }[], number]>(sql, [tokenHash, now]);
    return rows[0];
  }

  async find(tx: Tx, tokenHash: Buffer): Promise<KnownRefreshToken | undefined> {
    const sql = `SELECT t.session_id AS "sessionId", s.user_id AS "userId", t.used_at AS "usedAt"
      FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = $1`;
    const [row] = await tx.query<KnownRefreshToken[]>(sql, [tokenHash]);
    return row;
  }

  lookUp(tokenHash: Buffer): Promise<KnownRefreshToken | undefined> {
    return this.transactions.read((tx) => this.find(tx, tokenHash));
  }
}
