import { Injectable } from '@nestjs/common';
import type { UserId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { ERASURES } from './erasure-plan.js';

/** Requests that were under way when the account was deleted have ended by then: nothing of theirs comes after it. */
const SETTLED = `interval '1 min'`;

export interface DueAccount {
  id: UserId;
  isSettled: boolean;
}

@Injectable()
export class DeletedAccountRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  /** Some of those that are not cleared up for good; others each time, so that none holds up the rest. */
  listDue(limit: number): Promise<DueAccount[]> {
    return this.transactions.read((tx) =>
      tx.query<DueAccount[]>(
        `SELECT id, deleted_at < now() - ${SETTLED} AS "isSettled" FROM users
          WHERE deleted_at IS NOT NULL AND erased_at IS NULL ORDER BY random() LIMIT $1`,
        [limit],
      ),
    );
  }

  /** Removes what the user leaves behind, each kind in a transaction of its own. */
  async erase(id: UserId): Promise<void> {
    for (const statement of ERASURES) await this.transactions.run((tx) => tx.query(statement, [id]));
  }

  /** From now on it is not due any more. */
  async finish(id: UserId): Promise<void> {
    await this.transactions.run((tx) => tx.query('UPDATE users SET erased_at = now() WHERE id = $1', [id]));
  }
}
