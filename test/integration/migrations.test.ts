import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.js';
import { ENTITIES } from '../../src/database-schema.js';
import { dataSourceOptions } from '../../src/infra/database/data-source.js';
import { migrate } from '../../src/infra/database/migrate.js';
import { createTestDatabase, TestDatabase } from '../support/test-database.js';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase('empty');
    dataSource = new DataSource(
      dataSourceOptions({
        url: database.url,
        poolSize: 2,
        statementTimeoutMs: 10_000,
        entities: ENTITIES,
        migrations: MIGRATIONS,
      }),
    );
    await dataSource.initialize();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const up = () => migrate({ url: database.url, migrations: MIGRATIONS });
  const drift = async () => (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
  const tables = async () => {
    const rows: { name: string }[] = await dataSource.query(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  const functions = () => dataSource.query(`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`);

  it('make the schema that the entities describe, are undone whole, and run again', async () => {
    await up();
    expect(await drift()).toEqual([]);

    for (const _ of MIGRATIONS) await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['migrations']);
    expect(await functions()).toEqual([]);

    await up();
    expect(await drift()).toEqual([]);
    expect(await tables()).toHaveLength(ENTITIES.length + 1);
  });

  it('give each database an epoch of its own (2)', async () => {
    await up();
    const other = await createTestDatabase('empty');
    await migrate({ url: other.url, migrations: MIGRATIONS });
    const [first, second] = await Promise.all([database.url, other.url].map(epochs));
    await other.drop();
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(1);
    expect(first).not.toEqual(second);
  });

  it('run once when several nodes start together', async () => {
    const lines: string[] = [];
    const node = () => migrate({ url: database.url, migrations: MIGRATIONS, log: (line) => lines.push(line) });
    await Promise.all([node(), node(), node()]);
    expect(lines).toHaveLength(MIGRATIONS.length);
    expect(lines[0]).toBe(`Migrated: ${MIGRATIONS[0]!.name}.`);
  });

  it('change nothing when one of them fails', async () => {
    class Broken1999999999999 {
      up(): Promise<void> {
        return Promise.reject(new Error('broken on purpose'));
      }
      down = () => Promise.resolve();
    }
    await expect(migrate({ url: database.url, migrations: [...MIGRATIONS, Broken1999999999999] })).rejects.toThrow(
      'broken on purpose',
    );
    expect(await tables()).not.toContain('users');
    await up();
    expect(await drift()).toEqual([]);
  });
});

async function epochs(url: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<object>('SELECT uuid FROM log_epoch');
  await client.end();
  return rows;
}
