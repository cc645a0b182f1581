import pg from 'pg';
import { DataSource } from 'typeorm';
import { OperatorError } from '../../common/operator-error.js';
import { dataSourceOptions } from './data-source.js';

export interface MigrateOptions {
  url: string;
  migrations: (new () => object)[];
  log?: (line: string) => void;
}

/** Postgres does not answer, or lets us not in. */
class DatabaseUnreachable extends OperatorError {
  constructor({ host, port, database }: pg.Client, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    super(`Cannot connect to Postgres (database ${database ?? ''} at ${host}:${port}): ${message || code}`, { cause });
  }
}

/** Any number, the same on every node: "parley" in ASCII. */
const LOCK = 0x7061726c6579;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Brings the schema up to date: all pending migrations, or none. Nodes that start together take turns.
 * No statement timeout: an index on a big table takes its time.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const lock = new pg.Client({
    connectionString: options.url,
    application_name: 'parley migrations',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks is told by the query that follows; unheard, the event would end the process.
  lock.on('error', () => undefined);
  try {
    await connect(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await runPending(options);
  } finally {
    await lock.end();
  }
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    throw new DatabaseUnreachable(client, cause);
  }
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
