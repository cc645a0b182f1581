import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { withOperatorConnection } from './operator-connection.js';

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
  await withOperatorConnection({ url: options.url, purpose: 'migrations' }, async (lock) => {
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await runPending(options);
  });
}

/** The migrations' own connection, without the time limits of the application's pool. */
function migrationDataSource({ url, migrations }: MigrateOptions): DataSource {
  const options = dataSourceOptions({ url, poolSize: 1, statementTimeoutMs: 0, entities: [], migrations });
  return new DataSource(options);
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
