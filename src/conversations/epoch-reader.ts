import { Injectable } from '@nestjs/common';
import { PreparedStatements, statement } from '../infra/database/prepared-statements.js';

const CURRENT = statement('SELECT current_log_epoch()');

/** Names the history of the database that log numbers belong to (protocol section 2, architecture section 4). */
@Injectable()
export class EpochReader {
  constructor(private readonly prepared: PreparedStatements) {}

  /**
   * 32 hex digits that differ after a restore elsewhere or a failover, by themselves. Where the server does not let us
   * see its identity (some hosted ones), the stored UUID alone counts, and the operator changes it after a restore.
   */
  async read(): Promise<string> {
    const [row] = await this.prepared.arrays<[string]>(CURRENT, []);
    if (!row) throw new Error('Postgres answered without a row.');
    return row[0];
  }
}
