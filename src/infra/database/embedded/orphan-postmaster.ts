import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../../../common/operator-error.js';
import { until } from './until.js';

const PATIENCE_MS = 10_000;

/** What a postmaster writes about itself into its data directory. */
export function readPostmasterFile(data: string): { pid: number; ready: boolean } | undefined {
  const lines = attempt(() => readFileSync(path.join(data, 'postmaster.pid'), 'utf8'))?.split('\n');
  const pid = Number(lines?.[0]);
  return pid > 0 ? { pid, ready: lines?.[7]?.trim() === 'ready' } : undefined;
}

/**
 * Stops what a kill -9 of its owner left running on the data directory, and removes the stale lock file.
 * The caller owns the directory, so nobody else uses that server.
 */
export async function stopOrphan(data: string, log: (line: string) => void): Promise<void> {
  const orphan = readPostmasterFile(data);
  if (!orphan) return;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (processesOf(data, orphan.pid).includes(orphan.pid)) {
      log(`Stopping the Postgres that an earlier run left behind (process ${orphan.pid}).`);
      attempt(() => process.kill(orphan.pid, signal));
    }
    if (await until(() => processesOf(data, orphan.pid).length === 0, PATIENCE_MS)) break;
  }
  const left = processesOf(data, orphan.pid);
  if (left.length > 0) throw new OperatorError(`${data} is still used by the processes ${left.join(', ')}.`);
  // Only now: Postgres takes a zombie, or a stranger with a reused process id, for the owner of this file.
  rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

/** The postmaster and, where the system shows it, its children, which outlive a killed postmaster for a moment. */
function processesOf(data: string, postmaster: number): number[] {
  if (!existsSync('/proc/self/cmdline')) return isPostmaster(shownByPs(postmaster), data) ? [postmaster] : [];
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
  return pids.filter(
    (pid) =>
      attempt(() => readlinkSync(`/proc/${pid}/cwd`)) === data ||
      isPostmaster(attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')) ?? '', data),
  );
}

const isPostmaster = (commandLine: string, data: string) => commandLine.includes(` -D ${data} `);

function shownByPs(pid: number): string {
  return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}

/** Processes and their files vanish while they are looked at. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
