import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.js';

const run = promisify(execFile);
const PACKAGE = 'redis-server';
const TIMEOUT_MS = 120_000;

/**
 * The folder into which Debian's redis-server was unpacked, with the libraries that this machine lacks. Root is not
 * needed: nothing is installed. Whoever asks meanwhile, in this process or in another, waits for the one that fetches.
 */
export function debianRedis(folder: string): Promise<string> {
  mkdirSync(path.dirname(folder), { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await fetchInto(folder);
    return folder;
  });
}

async function fetchInto(folder: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error(`Debian's packages do not run on ${process.platform}.`);
  const work = mkdtempSync(`${folder}-`);
  try {
    const packages = await download(work);
    const root = path.join(work, 'root');
    for (const file of packages) await run('dpkg-deb', ['--extract', file, root], { timeout: TIMEOUT_MS });
    // Whole or not at all: a run that is cut off leaves no half of one.
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The package files of redis-server and of what it needs and this machine has not. */
async function download(work: string): Promise<string[]> {
  const lists: string[] = [];
  const apt = async (...args: string[]) =>
    (await run('apt-get', [...lists, ...args], { cwd: work, timeout: TIMEOUT_MS })).stdout;
  const missing = () => apt('install', '--simulate', '--no-install-recommends', PACKAGE);
  const names = await missing().catch(async () => {
    // A slim image has no lists of packages: ours go into our own folder.
    lists.push('-o', `Dir::State::lists=${path.join(work, 'lists')}`, '-o', `Dir::Cache=${path.join(work, 'cache')}`);
    mkdirSync(path.join(work, 'lists/partial'), { recursive: true });
    mkdirSync(path.join(work, 'cache/archives/partial'), { recursive: true });
    await apt('update', '-o', 'APT::Sandbox::User=');
    return missing();
  });
  const wanted = [...names.matchAll(/(?<=^Inst )\S+/gm)].map(([name]) => name);
  await apt('download', '-o', 'APT::Sandbox::User=', ...wanted);
  return readdirSync(work)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => path.join(work, file));
}
