import { rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { MIGRATIONS } from '../../migrations/index.js';
import { startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { migrate } from '../../src/infra/database/migrate.js';
import { removeWhenRunEnds } from './run-ends.js';
import { temporaryFolder } from './temporary-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database that is migrated and empty; tests copy it, and connect to none but their copies. */
    templateUrl: string;
  }
}

// Nothing here outlives the run, so nothing needs to survive a crash.
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** One Postgres for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder();
  removeWhenRunEnds(folder);
  const postgres = await startEmbeddedPostgres({
    dataDir: path.join(folder, 'postgres'),
    database: 'template_parley',
    parameters: FAST,
  });
  const stop = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await migrate({ url: postgres.url, migrations: MIGRATIONS });
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('templateUrl', postgres.url);
  return stop;
}
