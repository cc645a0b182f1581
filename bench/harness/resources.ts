import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Watchdog } from '../../scripts/processes/watchdog.js';
import { Child } from './child.js';
import type { ChildOptions } from './child.js';
import { createDatabase, dropDatabase, newDatabase } from './given-server.js';
import type { MadeDatabase } from './given-server.js';
import { makeRunFolder, wipe } from './run-folder.js';

const WATCHDOG_PROGRAM = path.resolve(import.meta.dirname, 'watchdog.js');

/** What a run starts and makes. None of it outlives the run: its watchdog sees to that if it is killed. */
export class Resources {
  /** For all that the run keeps; whatever works in it ends with the run. */
  readonly folder = makeRunFolder();
  private readonly databases: { made: MadeDatabase; created: Promise<unknown> }[] = [];
  private readonly watchdog = new Watchdog([WATCHDOG_PROGRAM, this.folder]);
  private releasing: Promise<void> | undefined;

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
    this.watchdog.tell(JSON.stringify(made));
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
    this.watchdog.tell('dropped');
  }
}
