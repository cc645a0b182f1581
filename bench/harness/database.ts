import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { migrate } from '../../src/infra/database/migrate.js';
import { familyCpuSeconds, parentOf } from './cpu.js';
import type { Resources } from './resources.js';

export interface BenchDatabase {
  url: string;
  version: string;
  /** Of the whole server; NaN when it is on another machine. */
  cpuSeconds(): number;
}

/** A new database with Parley's schema, fsync on: on the server of DATABASE_URL, or on one of our own. */
export async function openBenchDatabase(resources: Resources): Promise<BenchDatabase> {
  const given = process.env['DATABASE_URL'] ?? '';
  const url = given === '' ? await startOwn(resources) : await resources.createDatabase(given);
  await migrate({ url, migrations: MIGRATIONS });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number; version: string; fsync: string }>(
    `SELECT pg_backend_pid() AS pid, current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
  );
  await client.query('SELECT 1');
  const { pid = 0, version = '', fsync = '' } = rows[0] ?? {};
  const isHere = ['127.0.0.1', 'localhost', '::1'].includes(new URL(url).hostname);
  const postmaster = isHere ? parentOf(pid) : 0;
  await client.end();
  if (fsync !== 'on') throw new Error('fsync is off: durable messages would not be.');
  return { url, version, cpuSeconds: () => (postmaster > 1 ? familyCpuSeconds(postmaster) : NaN) };
}

/** It ends with all that works in the run's folder. */
async function startOwn({ folder }: Resources): Promise<string> {
  return (await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') })).url;
}
