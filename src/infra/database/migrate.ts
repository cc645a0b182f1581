import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';

export interface MigrateOptions {
  url: string;
  migrations: (new () => object)[];
  log?: (line: string) => void;
}

/** Any number, the same on every node: "parley" in ASCII. */
const LOCK = 0x7061726c6579;

/**
 * Brings the schema up to date: all pending migrations, or none. Nodes that start together take turns.
 * No statement timeout: an index on a big table takes its time.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const lock = new pg.Client({ connectionString: options.url, application_name: 'parley migrations' });
  // A connection that breaks is told by the query that follows; unheard, the event would end the process.
  lock.on('error', () => undefined);
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await runPending(options);
  } finally {
    await lock.end();
  }
}

/** The migrations' own connection, without the time limits of the application's pool. */
export function migrationDataSource({ url, migrations }: MigrateOptions): DataSource {
  return new DataSource({
    ...dataSourceOptions({ url, poolSize: 1, statementTimeoutMs: 0, entities: [], migrations }),
  });
}

async function runPending(options: MigrateOptions): Promise<void> {
  const dataSource = migrationDataSource(options);
  try {
    await dataSource.initialize();
    for (const { name } of await dataSource.runMigrations({ transaction: 'all' })) options.log?.(`Migrated: ${name}.`);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
