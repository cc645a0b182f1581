import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.js';
import { eventually } from '../support/eventually.js';
import { ServerProcess, ServerProcessOptions } from '../support/server-process.js';
import { isAlive } from '../support/is-alive.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { createTestDatabase } from '../support/test-database.js';

// Each test starts whole programs, some of them three: on a busy machine that takes its time.
describe('the program', { timeout: 60_000 }, () => {
  let dataDir: string;
  const started: ServerProcess[] = [];

  beforeEach(() => {
    dataDir = temporaryFolder();
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  const launch = ({ env, ...options }: ServerProcessOptions) => {
    const server = new ServerProcess({ env: { DATA_DIR: dataDir, ...env }, ...options });
    started.push(server);
    return server;
  };
  const start = (env: Record<string, string> = {}) => launch({ env }).listening();

  it('has its data again after kill -9', async () => {
    const first = await start();
    await query(dataDir, `INSERT INTO users VALUES (gen_random_uuid(), 'alice', 'alice@example.com', 'x', now())`);
    expect(await first.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await start();
    expect(await query(dataDir, 'SELECT username FROM users')).toEqual([{ username: 'alice' }]);
    expect(second.output).toContain('left behind');
    expect(second.output).not.toContain('Migrated');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops on %s with exit code 0, and its database with it', async (signal) => {
    const server = await start();
    const postmaster = postmasterOf(dataDir).pid;
    expect(await server.kill(signal)).toEqual({ code: 0, signal: null });
    expect(isAlive(postmaster)).toBe(false);
  });

  it('stops on the SIGTERM that npm gets', async () => {
    const npm = launch({ command: ['npm', 'start', '--ignore-scripts'] });
    await npm.listening();
    const postmaster = postmasterOf(dataDir).pid;
    expect(await npm.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(isAlive(postmaster)).toBe(false);
  });

  it('stops cleanly when the signal comes during the start', async () => {
    const server = launch({});
    const { pid } = await eventually(() => postmasterOf(dataDir), 20_000);
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(isAlive(pid)).toBe(false);
  });

  it('stops cleanly when Ctrl-C comes while the database is being made', async () => {
    // A process group of its own, as a shell gives one to what it starts: the terminal signals all of it.
    const server = launch({ command: ['setsid', process.execPath, ServerProcess.PROGRAM] });
    await eventually(() => existsSync(path.join(dataDir, 'postgres', 'data.unfinished')), 20_000);
    process.kill(-server.pid, 'SIGINT');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.output).not.toContain('cannot start');
  });

  it('ends, and says so, when its database dies', async () => {
    const server = await start();
    process.kill(postmasterOf(dataDir).pid, 'SIGKILL');
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output).toContain('the embedded Postgres has ended by itself');
  });

  it('makes the secret of development once, for its owner only (9)', async () => {
    const file = path.join(dataDir, 'jwt-secret');
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    await (await start(env)).stop();
    const secret = readFileSync(file, 'utf8');
    expect(secret.trim().length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await start(env);
    expect(readFileSync(file, 'utf8')).toBe(secret);
    expect(again.output).not.toContain(secret.trim());
    await again.stop();
    await database.drop();
  });

  it.each([
    [
      'a bad setting (9)',
      { PORT: '80.5', WS_RATE_PER_SECOND: '-1' },
      /^PORT must be a whole number\nWS_RATE_PER_SECOND must be/m,
    ],
    ['production without a secret (9)', { NODE_ENV: 'production' }, /^JWT_SECRET is required in production$/m],
    [
      'a database that does not answer',
      { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' },
      /^Cannot connect to Postgres \(database x at 127.0.0.1:1\): .*ECONNREFUSED/m,
    ],
    [
      'an address that is not ours',
      { HOST: '192.0.2.1' },
      /^192\.0\.2\.1 is not an address of this machine: set HOST\.$/m,
    ],
    [
      'a file for a data folder',
      { DATA_DIR: 'package.json' },
      /^package\.json cannot be used \(EEXIST: .*\): set DATA_DIR/m,
    ],
    [
      'a data folder below a file, and a secret',
      { DATA_DIR: 'package.json/data', JWT_SECRET: 's'.repeat(32) },
      /package\.json\/data\/postgres cannot be used \(ENOTDIR: .*\): set DATA_DIR/m,
    ],
    [
      'a data folder that cannot be made',
      { DATA_DIR: '/proc/nope' },
      /^\/proc\/nope cannot be used \(ENOENT: .*\): set DATA_DIR/m,
    ],
    [
      'a data folder that cannot be written to',
      { DATA_DIR: '/proc' },
      /^\/proc cannot be used \(E[A-Z]+: .*\): set DATA_DIR/m,
    ],
    ['a host that is not known', { HOST: '999.1.1.1' }, /^999\.1\.1\.1 is not a known host: set HOST\.$/m],
    ['an address that needs its interface', { HOST: 'fe80::1' }, /^fe80::1 cannot be listened on: set HOST\.$/m],
  ])('refuses to start with %s, and says why', async (_, env, reason) => {
    const server = launch({ env });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output).toMatch(reason);
    expect(server.output).not.toContain('hunter2');
    expect(server.output).not.toMatch(/^ +at /m);
  });

  it('checks TRUST_PROXY before it starts a database', async () => {
    const server = launch({ env: { TRUST_PROXY: 'banana' } });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output).toMatch(/^TRUST_PROXY must be a number of hops, or addresses/m);
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);
  });

  it('refuses a port that is taken, and a data folder that is in use', async () => {
    const first = await start();
    const { port } = new URL(first.url);
    const sameFolder = launch({});
    expect(await sameFolder.exited).toEqual({ code: 1, signal: null });
    expect(sameFolder.output).toContain(`is in use by process ${first.pid}`);

    const database = await createTestDatabase();
    const samePort = launch({ env: { PORT: port, DATABASE_URL: database.url } });
    expect(await samePort.exited).toEqual({ code: 1, signal: null });
    expect(samePort.output).toContain(`127.0.0.1:${port} is in use by another program: set PORT.`);
    await database.drop();
  });

  it('starts on several nodes at once, and one of them migrates', async () => {
    const database = await createTestDatabase('empty');
    const nodes = await Promise.all([1, 2].map(() => start({ DATABASE_URL: database.url })));
    const migrated = nodes.map(({ output }) => output.split('Migrated: ').length - 1);
    expect(migrated.toSorted()).toEqual([0, MIGRATIONS.length]);
    const secrets = nodes.map(() => readFileSync(path.join(dataDir, 'jwt-secret'), 'utf8'));
    expect(new Set(secrets).size).toBe(1);
    await Promise.all(nodes.map((node) => node.stop()));
    await database.drop();
  });

  it('tells its settings, and refuses arguments that it does not know', async () => {
    const help = launch({ args: ['--help'] });
    expect(await help.exited).toEqual({ code: 0, signal: null });
    expect(help.output).toContain('PORT=8000\n');
    expect(help.output).toContain('WS_CLOSE_ON_TOKEN_EXPIRY=0\n');

    const unknown = launch({ args: ['--port=1'] });
    expect(await unknown.exited).toEqual({ code: 2, signal: null });
    expect(unknown.output).toBe('Unknown argument --port=1; try --help.\n');
  });
});

function postmasterOf(dataDir: string): { pid: number; port: number } {
  const lines = readFileSync(path.join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

async function query(dataDir: string, statement: string): Promise<object[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: postmasterOf(dataDir).port,
    user: 'parley',
    password: readFileSync(path.join(dataDir, 'postgres/password'), 'utf8').trim(),
    database: 'parley',
  });
  await client.connect();
  const { rows } = await client.query<object>(statement);
  await client.end();
  return rows;
}
