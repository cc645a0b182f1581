import pg from 'pg';
import { DatabaseHome, ensureCluster, prepareHome, readPassword, ROLE } from './embedded/database-home.js';
import { lockDataDirectory } from './embedded/data-directory-lock.js';
import { stopOrphan } from './embedded/orphan-postmaster.js';
import { findPostgresBinaries } from './embedded/postgres-binaries.js';
import { Postmaster, startPostmaster } from './embedded/postmaster.js';

export interface EmbeddedPostgresOptions {
  /** A folder of its own: Postgres's account comes to own it. */
  dataDir: string;
  database?: string;
  /** Port on 127.0.0.1; without one, a free one. */
  port?: number;
  /** Postgres's own configuration parameters, over ours. */
  parameters?: Record<string, string>;
  log?: (line: string) => void;
  /** For what the operator should know of; `log` without it. */
  warn?: (line: string) => void;
}

export interface EmbeddedPostgres {
  url: string;
  pid: number | undefined;
  /** Resolves when the server has ended, asked or not, with how it ended and what it said last. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

const PARAMETERS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  jit: 'off',
  max_connections: '60',
};

/**
 * Starts a real Postgres as a child process; it recovers by itself from what a kill -9 left behind.
 *
 * @throws DataDirectoryInUse when another process runs one on this folder.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const home = prepareHome(options.dataDir, await findPostgresBinaries(), options.warn ?? log);
  const unlock = await lockDataDirectory(home.folder);
  try {
    await stopOrphan(home.data, log);
    await ensureCluster(home);
    const postmaster = await startPostmaster(home, options.port, { ...PARAMETERS, ...options.parameters });
    const exited = postmaster.exited.finally(unlock);
    const url = await ensureDatabase(home, postmaster, options.database ?? 'parley');
    return { url, pid: postmaster.pid, exited, stop: () => postmaster.stop() };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function ensureDatabase(home: DatabaseHome, postmaster: Postmaster, database: string): Promise<string> {
  const url = (name: string) =>
    `postgres://${ROLE}:${readPassword(home)}@127.0.0.1:${postmaster.port}/${encodeURIComponent(name)}`;
  const client = new pg.Client({ connectionString: url('postgres') });
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    return url(database);
  } catch (error) {
    await postmaster.stop();
    throw error;
  } finally {
    await client.end();
  }
}
