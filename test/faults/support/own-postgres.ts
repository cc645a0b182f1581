import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { removeWhenRunEnds } from '../../support/run-ends.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** The Postgres that a server of the tests runs by itself, under a DATA_DIR of this name. */
export class OwnPostgres {
  readonly dataDir = temporaryFolder();

  constructor() {
    removeWhenRunEnds(this.dataDir);
  }

  async sql<Row extends object>(query: string, params: unknown[] = []): Promise<Row[]> {
    const read = (file: string) => readFileSync(path.join(this.dataDir, 'postgres', file), 'utf8');
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(read('data/postmaster.pid').split('\n')[3]),
      user: 'parley',
      password: read('password').trim(),
      database: 'parley',
    });
    await client.connect();
    try {
      return (await client.query<Row>(query, params)).rows;
    } finally {
      await client.end();
    }
  }

  remove(): Promise<void> {
    rmSync(this.dataDir, { recursive: true, force: true });
    return Promise.resolve();
  }
}
