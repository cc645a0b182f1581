import { ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from './api-client.js';
import { eventually } from './eventually.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/src/main.js');
const LISTENING = /Listening on (http:\S+);/;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

export interface ServerProcessOptions {
  /** Settings; the child sees nothing else of our environment. */
  env?: Record<string, string>;
  args?: string[];
  /** What to run in place of node and the program. */
  command?: [string, ...string[]];
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * The built program as a process of its own: what an operator starts. Give it a DATA_DIR or a DATABASE_URL:
 * `await new ServerProcess({ env: { DATABASE_URL } }).listening()`.
 */
export class ServerProcess {
  /** What node runs. */
  static readonly PROGRAM = PROGRAM;
  /** All that it wrote so far, to both of its streams. */
  output = '';
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;

  constructor({ env = {}, args = [], command = [process.execPath, PROGRAM] }: ServerProcessOptions) {
    if (!existsSync(PROGRAM)) throw new Error('The program is not built: run npm run build first.');
    const [program, ...first] = command;
    this.child = spawn(program, [...first, ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', RATE_LIMIT_DISABLED: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const listen = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout?.on('data', listen);
    this.child.stderr?.on('data', listen);
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Where it listens, once it does. */
  get url(): string {
    const url = LISTENING.exec(this.output)?.[1];
    if (url === undefined) throw new Error(`Not listening. It said:\n${this.output}`);
    return url;
  }

  get wsUrl(): string {
    return this.url.replace('http', 'ws');
  }

  get api(): ApiClient {
    return new ApiClient(this.url);
  }

  /** Resolves when it listens. @throws with its output when it ends before. */
  async listening(): Promise<this> {
    await eventually(() => LISTENING.test(this.output) || this.ended, START_TIMEOUT_MS);
    if (this.ended) throw new Error(`The server has ended:\n${this.output}`);
    return this;
  }

  /** Sends the signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (!this.ended) this.child.kill(signal);
    return this.exited;
  }

  /** SIGTERM, and SIGKILL for one that does not listen to it. */
  async stop(): Promise<Exit> {
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const exit = await this.kill('SIGTERM');
    clearTimeout(impatience);
    return exit;
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
