import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS } from '../../../migrations/index.js';
import { EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/infra/database/embedded-postgres.js';
import { migrate } from '../../../src/infra/database/migrate.js';
import { withClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { isAlive } from '../../support/is-alive.js';
import { removeWhenRunEnds } from '../../support/run-ends.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { freePort } from '../../support/free-port.js';

/** A Postgres of a test's own that keeps what it has committed, whatever kills it: the tests' shared one would not. */
export class DurablePostgres {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly parameters: Record<string, string>,
    private running: EmbeddedPostgres,
  ) {}

  /** `folder`: an empty one that the test has chosen. */
  static async start(parameters: Record<string, string> = {}, folder = temporaryFolder()): Promise<DurablePostgres> {
    removeWhenRunEnds(folder);
    const port = await freePort();
    const running = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), port, parameters });
    const postgres = new DurablePostgres(folder, port, parameters, running);
    await migrate({ url: running.url, migrations: MIGRATIONS });
    const [durability] = await postgres.sql<{ settings: string }>(
      `SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) AS settings FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')`,
    );
    if (durability?.settings !== 'fsync=on full_page_writes=on synchronous_commit=on')
      throw new Error(`This Postgres would prove nothing: ${durability?.settings ?? ''}`);
    return postgres;
  }

  get url(): string {
    return this.running.url;
  }

  get pid(): number {
    return Number(readFileSync(path.join(this.folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** kill -9 of the postmaster and of every backend. */
  async crash(): Promise<void> {
    const { pid } = this;
    const all = [pid, ...childrenOf(pid)];
    for (const each of all) kill(each, 'SIGKILL');
    await this.running.exited;
    await eventually(() => all.every((each) => !isAlive(each)), 20_000);
  }

  /** All of its processes stand still, as on a machine that hangs; returns what lets them go on. */
  freeze(): () => void {
    const { pid } = this;
    const all = [pid, ...childrenOf(pid)];
    for (const each of all) kill(each, 'SIGSTOP');
    return () => {
      for (const each of all) kill(each, 'SIGCONT');
    };
  }

  /** As `pg_ctl stop -m`: fast rolls open transactions back, immediate leaves them to the recovery. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    kill(this.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await this.running.exited;
  }

  /** Again on the same port and folder. */
  async start(): Promise<void> {
    const { folder, port, parameters } = this;
    this.running = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), port, parameters });
  }

  /** A copy of the files of a server that is stopped: what a cold backup is. */
  copyTo(name: string): void {
    rmSync(path.join(this.folder, name), { recursive: true, force: true });
    copy(path.join(this.folder, 'postgres/data'), path.join(this.folder, name));
  }

  /** Puts such a copy in the place of the files of a server that is stopped. */
  restoreFrom(name: string): void {
    rmSync(path.join(this.folder, 'postgres/data'), { recursive: true, force: true });
    copy(path.join(this.folder, name), path.join(this.folder, 'postgres/data'));
  }

  /** False also when it has ended by itself, as it does when it cannot write its log. */
  get isRunning(): boolean {
    try {
      return isAlive(this.pid);
    } catch {
      return false;
    }
  }

  async sql<Row extends object>(query: string, params: unknown[] = []): Promise<Row[]> {
    return withClient(this.url, async (client) => (await client.query<Row>(query, params)).rows);
  }

  /** A connection of the test's own, that holds locks or places. The caller ends it. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async remove(): Promise<void> {
    await this.running.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** With their owner: where the tests run as root, the files belong to another account. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself since it was listed.
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
