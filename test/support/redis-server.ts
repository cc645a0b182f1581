import { ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { redisProgram } from '../../scripts/redis-server/redis-program.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { removeWhenRunEnds } from './run-ends.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Redis that a test may write to: the one of REDIS_URL, which it neither freezes nor empties, or one of its own. */
export async function redisForTests(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['REDIS_URL'];
  return given ? { url: given, stop: () => Promise.resolve() } : RedisServer.start();
}

/** A redis-server of a test's own, on a port that it keeps through its deaths; it stores nothing, and ends with the run. */
export class RedisServer {
  readonly url: string;
  private readonly folder = temporaryFolder();
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly args: string[],
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    removeWhenRunEnds(this.folder);
  }

  /** `args`: options of redis-server, such as `['--cluster-enabled', 'yes']`. */
  static async start({ args = [] }: { args?: string[] } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.launch();
    return server;
  }

  get pid(): number {
    return this.running.pid!;
  }

  /** Its connections stay, and nothing on them is answered: what a machine that swaps looks like. */
  freeze(): void {
    this.running.kill('SIGSTOP');
  }

  thaw(): void {
    this.running.kill('SIGCONT');
  }

  /** kill -9; resolves when it is dead. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(path.join(this.folder, 'redis.pid'), { force: true });
  }

  /** Empty, on the same port; kills it before if it still runs. */
  async restart(): Promise<void> {
    if (this.child !== undefined) await this.kill();
    await this.launch();
  }

  async stop(): Promise<void> {
    if (this.child !== undefined) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Sends one command on a connection of its own: `await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')`. */
  async command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis(this.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  private get running(): ChildProcess {
    if (this.child === undefined) throw new Error('This redis-server does not run.');
    return this.child;
  }

  private async launch(): Promise<void> {
    const { program, env } = await redisProgram();
    const at = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const stored = ['--save', '', '--appendonly', 'no', '--pidfile', path.join(this.folder, 'redis.pid')];
    const child = spawn(program, [...at, ...stored, ...this.args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
    child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
    child.on('error', (error) => (output += error.message));
    this.child = child;
    try {
      await eventually(async () => hasEnded(child) || (await this.command('PING')) === 'PONG', 20_000);
    } catch (error) {
      throw new Error(`redis-server does not answer:\n${output}`, { cause: error });
    }
    if (hasEnded(child)) throw new Error(`redis-server has ended:\n${output}`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.running;
    this.child = undefined;
    if (hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
