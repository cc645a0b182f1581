import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './eventually.js';
import { isAlive } from './is-alive.js';
import { commandLineOf, familyOf, kill, workersIn } from './process-family.js';
import { temporaryFolder } from './temporary-folder.js';
import type { Exit } from './server-process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/bench/main.js');
const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 30_000;

export interface BenchOptions {
  args: string[];
  env?: Record<string, string>;
  /** What to run in place of node and the program; the arguments follow. */
  command?: [string, ...string[]];
  /** Where it keeps what is temporary; of its own, unless another run's is given. */
  tmp?: string;
}

/** The built benchmark as a process of its own, with a folder for all that it keeps while it runs. */
export class BenchProcess {
  /** All that it wrote so far, to both of its streams. */
  output = '';
  readonly tmp: string;
  readonly exited: Promise<Exit>;
  readonly child: ChildProcess;

  constructor({ args, env = {}, command = [process.execPath, PROGRAM], tmp = temporaryFolder() }: BenchOptions) {
    if (!existsSync(PROGRAM)) throw new Error('The program is not built: run npm run build first.');
    this.tmp = tmp;
    const [program, ...first] = command;
    this.child = spawn(program, [...first, ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], TMPDIR: tmp, ...env },
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

  /** Waits until it has said this. @throws with all that it said when it ends before */
  async says(text: string): Promise<this> {
    await eventually(() => {
      const ended = this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended && !this.output.includes(text)) throw new Error(`It has ended, and said:\n${this.output}`);
      return this.output.includes(text);
    }, START_TIMEOUT_MS);
    return this;
  }

  /** It, and whatever it has started, and so on: their process ids and command lines. */
  family(): Map<number, string> {
    return familyOf(this.pid);
  }

  /** Waits until none of these live, nothing else works in the temporary folder, and the folder is empty. */
  async isGone(family: Map<number, string>): Promise<void> {
    await eventually(() => {
      const alive = [...family].filter(([pid]) => isAlive(pid));
      const workers = workersIn(this.tmp).map((pid) => [pid, commandLineOf(pid)] as const);
      const left = [...[...alive, ...workers].map(([pid, line]) => `${pid} ${line}`), ...readdirSync(this.tmp)];
      if (left.length > 0) throw new Error(`These are left:\n${left.join('\n')}\nIt said:\n${this.output}`);
      return true;
    }, END_TIMEOUT_MS);
  }

  /** Ends what a failed test, or a failed clean-up, has left. */
  remove(): void {
    this.child.kill('SIGKILL');
    for (const pid of workersIn(this.tmp)) kill(pid);
    rmSync(this.tmp, { recursive: true, force: true, maxRetries: 10 });
  }
}
