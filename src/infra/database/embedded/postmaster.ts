import { ChildProcess, spawn } from 'node:child_process';
import { freePort } from '../../process/free-port.js';
import { DatabaseHome } from './database-home.js';
import { readPostmasterFile } from './orphan-postmaster.js';
import { until } from './until.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const TAIL_CHARACTERS = 4000;

/** A Postgres server that is a child of this process, and accepts connections. */
export interface Postmaster {
  port: number;
  pid: number | undefined;
  /** Resolves when it has ended, with how it ended and what it said last. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

/** Without a port, takes a free one; another process may take the same one first, hence the attempts. */
export async function startPostmaster(
  home: DatabaseHome,
  port: number | undefined,
  parameters: Record<string, string>,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(port ?? (await freePort()), home, parameters);
    } catch (error) {
      if (port !== undefined || attempt === 3 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startOn(port: number, home: DatabaseHome, parameters: Record<string, string>): Promise<Postmaster> {
  const flags = Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(home.binaries.postgres, ['-D', home.data, '-p', String(port), ...flags], {
    ...home.run,
    // In a process group of its own: Ctrl-C must not stop the database before the application.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = endOf(child);
  const over = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const ready = () => {
    const file = readPostmasterFile(home.data);
    return file?.ready === true && file.pid === child.pid;
  };
  const answered = await until(() => over() || ready(), START_TIMEOUT_MS);
  if (!answered || over()) {
    child.kill('SIGQUIT');
    throw new Error(`Postgres did not start: ${await exited}`);
  }
  return { port, pid: child.pid, exited, stop: () => stop(child, exited) };
}

function endOf(child: ChildProcess): Promise<string> {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS)));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(`${signal ?? `exit code ${code ?? 'unknown'}`}\n${tail}`.trim());
    });
  });
}

/** A fast shutdown: open transactions are rolled back. One that takes too long is cut, and recovers at the next start. */
async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill('SIGINT');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(impatience);
}
