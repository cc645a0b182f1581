import path from 'node:path';
import { Logger } from '@nestjs/common';
import { Settings } from '../../config/settings.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

/** Connections beyond the pool's: migrations, a developer's psql, and a few that Postgres reserves. */
const SPARE_CONNECTIONS = 20;

/** A server to connect to. */
export interface OpenDatabase {
  url: string;
  /** Of a server of our own. */
  pid?: number | undefined;
  /** Resolves if a server of our own ends, with how it did. */
  exited?: Promise<string>;
  stop(): Promise<void>;
}

/** The server of DATABASE_URL, or one of our own under DATA_DIR. */
export async function openDatabase(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATABASE_POOL_SIZE' | 'DATA_DIR'>,
): Promise<OpenDatabase> {
  if (settings.DATABASE_URL !== '') return { url: settings.DATABASE_URL, stop: () => Promise.resolve() };
  const logger = new Logger('EmbeddedPostgres');
  return startEmbeddedPostgres({
    dataDir: path.join(settings.DATA_DIR, 'postgres'),
    parameters: { max_connections: String(settings.DATABASE_POOL_SIZE + SPARE_CONNECTIONS) },
    log: (line) => {
      logger.log(line);
    },
    warn: (line) => {
      logger.warn(line);
    },
  });
}
