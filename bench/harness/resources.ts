import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Child } from './child.js';
import type { ChildOptions } from './child.js';
import { createDatabase, dropDatabase, newDatabase } from './given-server.js';
import type { MadeDatabase } from './given-server.js';
import { makeRunFolder, wipe } from './run-folder.js';

const WATCHDOG = path.resolve(import.meta.dirname, 'watchdog.js');

/** What a run starts and makes. None of it outlives the run: its watchdog sees to that if it is killed. */
export class Resources {
  /** For all that the run keeps; whatever works in it ends with the run. */
  readonly folder = makeRunFolder();
  private readonly databases: { made: MadeDatabase; created: Promise<unknown> }[] = [];
  private readonly watchdog: ChildProcess;
  private releasing: Promise<void> | undefined;

  constructor() {
    this.watchdog = spawn(process.execPath, [WATCHDOG, this.folder], {
      // In a process group of its own: what ends the run must not end it.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.watchdog.unref();
    // Somebody killed it: the run goes on without.
    this.watchdog.stdin?.on('error', () => undefined);
    (this.watchdog.stdin as unknown as { unref(): void } | null)?.unref();
  }

  fork(options: ChildOptions): Child {
    return new Child(options, this.folder);
  }

  /** A program that is none of ours. Run folders must know its name, or it would outlive the run. */
  spawn(program: string, args: string[], env: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(program, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A new database on this server, for the time of the run. @returns its URL */
  async createDatabase(server: string): Promise<string> {
    const made = newDatabase(server);
    this.tell(JSON.stringify(made));
    const created = createDatabase(made);
    this.databases.push({ made, created });
    await created;
    return made.url;
  }

  release(): Promise<void> {
    this.releasing ??= this.releaseAll();
    return this.releasing;
  }

  private async releaseAll(): Promise<void> {
    await wipe(this.folder);
    for (const { made, created } of this.databases)
      try {
        await created.catch(() => undefined);
        await dropDatabase(made);
      } catch (error) {
        process.stderr.write(`bench: ${made.name} was not dropped: ${String(error)}\n`);
      }
    this.tell('dropped');
  }

  private tell(line: string): void {
    this.watchdog.stdin?.write(`${line}\n`);
  }
}
