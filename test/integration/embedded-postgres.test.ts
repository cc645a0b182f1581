import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedPostgres, startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { ChildScript } from '../support/child-script.js';
import { eventually } from '../support/eventually.js';
import { isAlive } from '../support/is-alive.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the embedded Postgres', () => {
  let folder: string;
  let dataDir: string;
  let log: string[];
  const running: EmbeddedPostgres[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    dataDir = path.join(folder, 'postgres');
    log = [];
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
    running.push(postgres);
    return postgres;
  };
  const using = async <T>(use: (postgres: EmbeddedPostgres) => Promise<T>) => {
    const postgres = await start();
    const result = await use(postgres);
    await postgres.stop();
    return result;
  };
  const pidFile = () => path.join(dataDir, 'data/postmaster.pid');
  const postmaster = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

  /** A process that owns the server, with one row committed; killed with -9, it leaves the postmaster behind. */
  const killedOwner = async () => {
    const owner = new ChildScript(`
      import pg from 'pg';
      import { startEmbeddedPostgres } from './dist/src/infra/database/embedded-postgres.js';
      const { url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('CREATE TABLE kept AS SELECT 1 AS row');
      console.log('committed');
      setInterval(() => {}, 1000);
    `);
    await eventually(() => owner.output.includes('committed') || owner.ended, 20_000);
    expect(owner.output).toBe('committed\n');
    owner.kill('SIGKILL');
    await owner.exited;
    return owner.pid;
  };

  it('keeps its data from one start to the next, and ends when asked', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS row');
    const pid = postmaster();
    await first.stop();
    expect(await first.exited).toMatch(/^exit code 0/);
    expect(isAlive(pid)).toBe(false);

    const second = await start();
    expect(await query(second.url, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
    expect(log).toEqual([]);
  });

  it('starts empty when its folder was wiped, and only then, also where its account cannot enter (DATA_DIR of root)', async () => {
    chmodSync(folder, 0o700);
    await using(async ({ url }) => query(url, 'CREATE TABLE kept AS SELECT 1 AS row'));
    expect(await using(({ url }) => query(url, 'SELECT row FROM kept'))).toEqual([{ row: 1 }]);
    rmSync(dataDir, { recursive: true });
    await using(({ url }) => expect(query(url, 'SELECT row FROM kept')).rejects.toThrow('does not exist'));
    const elsewhere = new Set(log.map((line) => /the database files are in (\S+)\.$/.exec(line)?.[1]));
    for (const place of elsewhere) rmSync(place!, { recursive: true });
    expect(elsewhere.size).toBe(process.getuid?.() === 0 ? 2 : 0);
  });

  it('takes over from a postmaster that outlived its owner, and loses nothing', async () => {
    await killedOwner();
    const orphan = postmaster();
    expect(isAlive(orphan)).toBe(true);

    const { url } = await start();
    expect(await query(url, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
    expect(isAlive(orphan)).toBe(false);
    expect(log).toEqual([`Stopping the Postgres that an earlier run left behind (process ${orphan}).`]);
  });

  it('recovers when the postmaster was killed too', async () => {
    await killedOwner();
    process.kill(postmaster(), 'SIGKILL');
    const { url } = await start();
    expect(await query(url, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
  });

  it('is not held up by a lock file whose process id belongs to a stranger now', async () => {
    await (await start()).stop();
    writeFileSync(pidFile(), `${process.ppid}\n${dataDir}/data\n1\n5432\n\n127.0.0.1\n\nready   \n`);
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS row')).toEqual([{ row: 1 }]);
  });

  it('begins anew when the first start was interrupted before the cluster was whole', async () => {
    const unfinished = path.join(dataDir, 'data.unfinished');
    mkdirSync(path.join(unfinished, 'base'), { recursive: true });
    writeFileSync(path.join(dataDir, 'password'), 'of the interrupted start\n');
    await start();
    expect(existsSync(unfinished)).toBe(false);
  });

  it('refuses a second owner of the same folder, names the first, and leaves it running', async () => {
    const { url } = await start();
    await expect(start()).rejects.toThrow(`is in use by process ${process.pid}: stop that one first.`);
    expect(await query(url, 'SELECT 1 AS row')).toEqual([{ row: 1 }]);
  });

  it('lets the folder go when it could not start', async () => {
    await expect(startEmbeddedPostgres({ dataDir, parameters: { no_such_parameter: '1' } })).rejects.toThrow(
      'unrecognized configuration parameter "no_such_parameter"',
    );
    await start();
  });

  it('never runs as root, and keeps its password and our secrets from others', async () => {
    process.env['PARLEY_TEST_SECRET'] = 'hunter2';
    const url = new URL((await start()).url);
    delete process.env['PARLEY_TEST_SECRET'];
    const { uid } = statSync(pidFile());
    expect(uid).not.toBe(0);
    expect(statSync(path.join(dataDir, 'password')).mode & 0o077).toBe(0);
    expect(readFileSync(`/proc/${postmaster()}/environ`, 'utf8')).not.toContain('hunter2');
    url.password = 'guess';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

async function query(url: string, statement: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<object>(statement)).rows;
  } finally {
    await client.end();
  }
}
