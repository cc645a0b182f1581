import { chmodSync, lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOf, startedAt } from './cpu.js';

const NAME = /^parley-bench-(\d+)-(\d+)-/;
/** What a run starts; whoever else stands in its folder, to look at it, is left alone. */
const NODE = path.basename(process.execPath);
const POSTGRES = ['postgres', 'initdb'];
const PROGRAMS = [NODE, ...POSTGRES, 'redis-server', 'valkey-server'];
/** What Postgres gets to give its shared memory back. */
const PATIENCE_MS = 5000;

/** A folder for all that a run keeps; whatever the run starts has its working directory in it, and is found by that. */
export function makeRunFolder(): string {
  // The name tells whose it is: a process id comes again, but not with the same start.
  const folder = mkdtempSync(path.join(tmpdir(), `parley-bench-${process.pid}-${startedAt(process.pid) ?? 0}-`));
  // As root, Postgres runs as another account, which must be able to enter.
  chmodSync(folder, 0o711);
  return folder;
}

/** Ends and removes what runs left behind that are no more, and whose watchdog was killed as well. */
export async function sweepRunFolders(): Promise<string[]> {
  const left = readdirSync(tmpdir()).filter((name) => {
    const [, pid, start] = NAME.exec(name) ?? [];
    return pid !== undefined && startedAt(Number(pid)) !== Number(start) && isOurs(path.join(tmpdir(), name));
  });
  const folders = left.map((name) => path.join(tmpdir(), name));
  for (const folder of folders) await wipe(folder);
  return folders;
}

/** Ends every process of a run, at once, and removes its folder. */
export async function wipe(folder: string): Promise<void> {
  const impatience = performance.now() + PATIENCE_MS;
  for (let left = processesIn(folder); left.length > 0; left = processesIn(folder)) {
    const isLate = performance.now() > impatience;
    for (const { pid, program } of left) signal(pid, POSTGRES.includes(program) && !isLate ? 'SIGQUIT' : 'SIGKILL');
    await sleep(20);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** A folder, no link, and made by our account. */
function isOurs(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.();
  } catch {
    return false;
  }
}

function processesIn(folder: string): { pid: number; program: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      const isInside = cwd === folder || cwd.startsWith(`${folder}/`);
      if (!isInside) return [];
      // Its file, or what it was started as: Debian's redis-server is a link, and Node gives itself other names.
      const names = [path.basename(readlinkSync(`/proc/${pid}/exe`)), nameOf(Number(pid))];
      const program = names.find((name) => PROGRAMS.includes(name));
      return program === undefined ? [] : [{ pid: Number(pid), program }];
    } catch {
      // It has ended, or is another account's.
      return [];
    }
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
