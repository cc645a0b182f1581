import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseId } from '../../../common/ids.js';
import { makeFolder } from '../../../common/make-folder.js';
import { OperatorError } from '../../../common/operator-error.js';
import { writtenOnce } from '../../../common/written-once.js';
import { inDataDir } from '../../../config/data-dir.js';
import { copyPostgresBinaries, linkLibraries, PostgresBinaries } from './postgres-binaries.js';
import { Account, canReach, unprivilegedAccount } from './unprivileged-account.js';

/** Where files go that the account of Postgres cannot reach, as in a checkout below a home folder that is private to root. */
const SYSTEM_FOLDER = '/var/lib/parley-postgres';

/** The role that owns everything in the embedded server. */
export const ROLE = 'parley';

/** The files of one embedded server, and who runs it. */
export interface DatabaseHome {
  folder: string;
  /** What Postgres calls PGDATA. */
  data: string;
  passwordFile: string;
  binaries: PostgresBinaries;
  /** Spawn options of every Postgres program. */
  run: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number };
}

/**
 * Makes the folder, and chooses an account and places that this account can reach.
 *
 * @throws OperatorError when the folder cannot be made or used
 */
export function prepareHome(dataDir: string, bundled: PostgresBinaries, warn: (line: string) => void): DatabaseHome {
  const folder = path.resolve(dataDir);
  return inDataDir(folder, () => homeIn(folder, bundled, warn));
}

function homeIn(dataDir: string, bundled: PostgresBinaries, warn: (line: string) => void): DatabaseHome {
  let folder = dataDir;
  const account = unprivilegedAccount();
  if (account) {
    folder = reachableFolder(folder, account, warn);
    chownSync(folder, account.uid, account.gid);
  }
  folder = realpathSync(folder);
  const binaries = runnableBinaries(bundled, folder, account);
  return {
    folder,
    data: path.join(folder, 'data'),
    passwordFile: path.join(folder, 'password'),
    binaries,
    run: { ...account, cwd: folder, env: bareEnvironment() },
  };
}

function runnableBinaries(bundled: PostgresBinaries, folder: string, account: Account | undefined): PostgresBinaries {
  if (account && !canReach(account, bundled.postgres)) return copyPostgresBinaries(bundled, systemFolder());
  return linkLibraries(bundled.root) ? bundled : copyPostgresBinaries(bundled, folder);
}

/** Creates the cluster's files unless they are there. */
export async function ensureCluster(home: DatabaseHome): Promise<void> {
  if (existsSync(home.data)) return;
  // Beside its place, then renamed: an interrupted initdb leaves no half of a cluster.
  const unfinished = `${home.data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(home.passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  if (home.run.uid !== undefined && home.run.gid !== undefined)
    chownSync(home.passwordFile, home.run.uid, home.run.gid);
  const options = ['-D', unfinished, '-U', ROLE, '--pwfile', home.passwordFile, '--auth=scram-sha-256'];
  // The builtin locale sorts the same on every operating system.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  await runInitdb(home, [...options, ...locale]);
  renameSync(unfinished, home.data);
}

function runInitdb({ binaries, run }: DatabaseHome, options: string[]): Promise<void> {
  // In a process group of its own: Ctrl-C waits for the outcome of a start, and must not cut this off before.
  const child = spawn(binaries.initdb, options, { ...run, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error(`initdb failed: ${cause.message}`, { cause }));
    });
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`initdb failed: ${said}`));
    });
  });
}

export function readPassword(home: DatabaseHome): string {
  return readFileSync(home.passwordFile, 'utf8').trim();
}

function reachableFolder(folder: string, account: Account, warn: (line: string) => void): string {
  if (canReach(account, folder)) return folder;
  const elsewhere = path.join(systemFolder(), idOf(folder));
  makeFolder(elsewhere);
  warn(`The account that runs Postgres cannot reach ${folder}: the database files are in ${elsewhere}.`);
  return elsewhere;
}

/** Kept in the folder itself, not made from its path: whoever wipes the folder starts with no data, as anywhere. */
function idOf(folder: string): string {
  const file = path.join(folder, 'elsewhere');
  const id = writtenOnce(file, randomUUID);
  if (parseId(id) === undefined) throw new OperatorError(`${file} does not hold the id of a database: delete it.`);
  return id;
}

function systemFolder(): string {
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  return SYSTEM_FOLDER;
}

// Our own environment holds secrets, and PG… variables that would change what Postgres does.
function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];
  const entries = kept.map((name) => [name, process.env[name]] as const).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}
