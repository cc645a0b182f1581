import path from 'node:path';
import { MIGRATIONS } from '../../migrations/index.js';
import { OperatorError } from '../../src/common/operator-error.js';
import { startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { migrate } from '../../src/infra/database/migrate.js';
import { withOperatorConnection } from '../../src/infra/database/operator-connection.js';
import { familyCpuSeconds, nameOf, parentOf } from './cpu.js';
import type { Resources } from './resources.js';

export interface BenchDatabase {
  url: string;
  version: string;
  /** Of the whole server; NaN when it is on another machine. */
  cpuSeconds(): number;
}

/** For the pools of all nodes that a benchmark starts. */
const MAX_CONNECTIONS = '120';

interface ServerFacts {
  /** Nothing when the server is on another machine, or in a container: its process ids are not ours. */
  postmaster: number | undefined;
  version: string;
  fsync: string;
  commit: string;
}

/**
 * A new database with Parley's schema: on the server of DATABASE_URL, or on one of our own.
 *
 * @throws OperatorError when what it commits would not be durable
 */
export async function openBenchDatabase(resources: Resources): Promise<BenchDatabase> {
  const given = process.env['DATABASE_URL'] ?? '';
  const url = given === '' ? await startOwn(resources) : await resources.createDatabase(given);
  const { postmaster, version, fsync, commit } = await factsOf(url);
  if (fsync !== 'on' || commit === 'off')
    throw new OperatorError(
      `Durable messages would not be: this Postgres has fsync ${fsync}, synchronous_commit ${commit}.`,
    );
  await migrate({ url, migrations: MIGRATIONS });
  const cpuSeconds = () => (postmaster === undefined ? NaN : familyCpuSeconds(postmaster));
  return { url, version: given === '' ? version : `${version} (of DATABASE_URL)`, cpuSeconds };
}

/** It ends with all that works in the run's folder. */
async function startOwn({ folder }: Resources): Promise<string> {
  const options = { dataDir: path.join(folder, 'postgres'), parameters: { max_connections: MAX_CONNECTIONS } };
  return (await startEmbeddedPostgres(options)).url;
}

function factsOf(url: string): Promise<ServerFacts> {
  return withOperatorConnection({ url, purpose: 'bench' }, async (client) => {
    const { rows } = await client.query<{ pid: number; version: string; fsync: string; commit: string }>(
      `SELECT pg_backend_pid() AS pid, current_setting('server_version') AS version,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
    );
    const { pid = 0, version = '', fsync = '', commit = '' } = rows[0] ?? {};
    const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname) && nameOf(pid) === 'postgres';
    return { postmaster: isHere ? parentOf(pid) : undefined, version, fsync, commit };
  });
}
