// For `npm run migration:generate`: a throwaway database with all migrations applied, so that what TypeORM writes is
// exactly what the entities have beyond them, whatever state the developer's own database is in.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../migrations/index.js';
import { ENTITIES } from '../src/database-schema.js';
import { dataSourceOptions } from '../src/infra/database/data-source.js';
import { startEmbeddedPostgres } from '../src/infra/database/embedded-postgres.js';
import { migrate } from '../src/infra/database/migrate.js';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-migration-'));
chmodSync(folder, 0o711);
const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') });
await migrate({ url: postgres.url, migrations: MIGRATIONS });

class ThrowawayDataSource extends DataSource {
  override async destroy(): Promise<void> {
    await super.destroy();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export default new ThrowawayDataSource(
  dataSourceOptions({
    url: postgres.url,
    poolSize: 2,
    statementTimeoutMs: 60_000,
    entities: ENTITIES,
    migrations: MIGRATIONS,
  }),
);
