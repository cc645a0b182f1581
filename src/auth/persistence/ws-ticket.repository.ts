import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { WsTicket } from './ws-ticket.entity.js';

export interface TakenTicket {
  sessionId: SessionId;
  tokenExpiresAt: Date;
  expiresAt: Date;
}

@Injectable()
export class WsTicketRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  async insert(ticket: WsTicket): Promise<void> {
    await this.transactions.run((tx) => tx.insert(WsTicket, ticket));
  }

  /** Takes a ticket away; of all who try at the same time, one gets it. */
  async take(tokenHash: Buffer): Promise<TakenTicket | undefined> {
    const sql = `DELETE FROM ws_tickets WHERE token_hash = $1
      RETURNING session_id AS "sessionId", token_expires_at AS "tokenExpiresAt", expires_at AS "expiresAt"`;
    const [rows] = await this.transactions.run((tx) => tx.query<[TakenTicket[], number]>(sql, [tokenHash]));
    return rows[0];
  }

  async deleteExpired(now: Date): Promise<void> {
    await this.transactions.run((tx) => tx.query('DELETE FROM ws_tickets WHERE expires_at <= $1', [now]));
  }
}
