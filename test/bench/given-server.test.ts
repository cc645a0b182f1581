import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import type { EmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { BenchProcess } from '../support/bench-process.js';
import { withClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { removeWhenRunEnds } from '../support/run-ends.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const started: BenchProcess[] = [];
const results = temporaryFolder();

function bench(databaseUrl: string, args: string[] = []): BenchProcess {
  const run = new BenchProcess({
    args: ['lone-message', '--quick', '--out', results, ...args],
    env: { DATABASE_URL: databaseUrl },
  });
  started.push(run);
  return run;
}

function databases(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database ORDER BY datname');
    return rows.map(({ datname }) => datname);
  });
}

describe('a benchmark on the Postgres of DATABASE_URL', { timeout: 120_000 }, () => {
  afterEach(() => {
    for (const run of started.splice(0)) run.remove();
  });

  afterAll(() => {
    rmSync(results, { recursive: true });
  });

  describe('that is durable', () => {
    const folder = temporaryFolder();
    let postgres: EmbeddedPostgres;
    let before: string[];

    beforeAll(async () => {
      removeWhenRunEnds(folder);
      postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), database: 'precious' });
      await withClient(postgres.url, (client) => client.query(`CREATE TABLE users AS SELECT 'kept' AS name`));
      before = await databases(postgres.url);
    });

    afterAll(async () => {
      await postgres.stop();
      rmSync(folder, { recursive: true });
    });

    afterEach(async () => {
      expect(await databases(postgres.url)).toEqual(before);
      const { rows } = await withClient(postgres.url, (client) => client.query('SELECT name FROM users'));
      expect(rows).toEqual([{ name: 'kept' }]);
    });

    it('measures in a database of its own, and drops it', async () => {
      const run = bench(postgres.url);
      expect(await run.exited, run.output).toEqual({ code: 0, signal: null });
      const result = JSON.parse(readFileSync(path.join(results, 'lone-message.json'), 'utf8'));
      expect(result.stamp.versions.PostgreSQL).toContain('of DATABASE_URL');
      expect(result.sections[0].rows.map(({ samples }: { samples: object[] }) => samples)).toEqual(
        Array(3).fill([expect.objectContaining({ p50: expect.any(Number) })]),
      );
    });

    it('drops it when it is killed', async () => {
      const run = await bench(postgres.url, ['--rounds', '1000']).says('round 1 of 1000');
      expect(await databases(postgres.url)).toHaveLength(before.length + 1);
      const family = run.family();
      run.child.kill('SIGKILL');
      await run.isGone(family);
      await eventually(async () => (await databases(postgres.url)).length === before.length, 20_000);
    });

    it('is refused by a role that may make none', async () => {
      const role = `bench_${randomUUID().slice(0, 8)}`;
      await withClient(postgres.url, (client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`));
      const url = new URL(postgres.url);
      [url.username, url.password] = [role, 'secret'];
      const run = bench(url.href);
      expect(await run.exited).toEqual({ code: 1, signal: null });
      expect(run.output).toContain(
        'a benchmark makes a database of its own on the server of DATABASE_URL, and cannot: permission denied',
      );
      expect(run.output).not.toContain('secret');
    });
  });

  it('says that one without fsync measures nothing durable', async () => {
    const url = new URL(inject('templateUrl'));
    url.pathname = '/postgres';
    const run = bench(url.href);
    expect(await run.exited).toEqual({ code: 1, signal: null });
    expect(run.output).toContain('Durable messages would not be: this Postgres has fsync off, synchronous_commit off.');
    expect((await databases(url.href)).filter((name) => name.startsWith('parley_bench'))).toEqual([]);
  });

  it.each([
    ['postgres://nobody@127.0.0.1:1/none', 'Cannot connect to Postgres (database none at 127.0.0.1:1)'],
    ['127.0.0.1:5432', 'DATABASE_URL must be like postgres://user:password@host:5432/database.'],
  ])('says what is wrong with %s', async (url, message) => {
    const run = bench(url);
    expect(await run.exited).toEqual({ code: 1, signal: null });
    expect(run.output).toContain(message);
  });
});
