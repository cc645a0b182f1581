import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';

interface StoredEpoch {
  uuid: string;
  permitted: boolean;
}

// Asked first, because a refused function would abort the caller's transaction.
const STORED = `
  SELECT uuid,
         has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
     AND has_function_privilege('pg_catalog.pg_current_wal_lsn()', 'EXECUTE')
     AND has_function_privilege('pg_catalog.pg_walfile_name(pg_lsn)', 'EXECUTE')
     AND NOT pg_is_in_recovery() AS permitted
    FROM log_epoch`;

// The first eight digits of a WAL file's name are the timeline, which a promotion or a point-in-time recovery changes.
const CLUSTER = `
  SELECT (pg_control_system()).system_identifier || ':' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS identity`;

/** Names the history of the database that log numbers belong to (protocol section 2, architecture section 4). */
@Injectable()
export class EpochReader {
  constructor(private readonly transactions: TransactionRunner) {}

  /**
   * 32 hex digits that differ after a restore elsewhere or a failover, by themselves. Where the server does not let us
   * see its identity (some hosted ones), the stored UUID alone counts, and the operator changes it after a restore.
   */
  read(tx?: Tx): Promise<string> {
    return tx ? epochOf(tx) : this.transactions.read(epochOf);
  }
}

async function epochOf(tx: Tx): Promise<string> {
  const [stored] = await tx.query<StoredEpoch[]>(STORED);
  if (!stored) throw new Error('The table log_epoch has no row: the migrations have not run.');
  const identity = stored.permitted ? await clusterIdentity(tx) : '';
  return createHash('sha256').update(`${stored.uuid}:${identity}`).digest('hex').slice(0, 32);
}

async function clusterIdentity(tx: Tx): Promise<string> {
  const [row] = await tx.query<{ identity: string }[]>(CLUSTER);
  return row?.identity ?? '';
}
