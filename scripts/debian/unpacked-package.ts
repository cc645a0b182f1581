import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.js';

const run = promisify(execFile);
/** Of one step: the slowest is a download of a hundred megabytes. */
const TIMEOUT_MS = 600_000;
const PROGRESS_EVERY_MS = 3000;

export interface WantedPackage {
  name: string;
  /** Where it is, or comes to be, unpacked. */
  folder: string;
  /** Hears what is going on, in sentences, while a large one is fetched. */
  progress?: (text: string) => void;
}

/**
 * The folder into which a package of Debian's was unpacked, with the libraries that this machine lacks. Root is not
 * needed: nothing is installed. Whoever asks meanwhile, in this process or in another, waits for the one that fetches.
 */
export function unpackedPackage(wanted: WantedPackage): Promise<string> {
  const { folder } = wanted;
  mkdirSync(path.dirname(folder), { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await fetchPackage(wanted);
    return folder;
  });
}

async function fetchPackage(wanted: WantedPackage): Promise<void> {
  const { folder, progress } = wanted;
  if (process.platform !== 'linux') throw new Error(`Debian's packages do not run on ${process.platform}.`);
  const work = mkdtempSync(`${folder}-`);
  try {
    const packages = await download(wanted, work);
    progress?.('unpacking it');
    const root = path.join(work, 'root');
    for (const file of packages) await run('dpkg-deb', ['--extract', file, root], { timeout: TIMEOUT_MS });
    // Whole or not at all: a run that is cut off leaves no half of one.
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The files of the package and of what it needs and this machine has not. */
async function download({ name, progress }: WantedPackage, work: string): Promise<string[]> {
  const lists: string[] = [];
  const apt = async (...args: string[]) =>
    (await run('apt-get', [...lists, ...args], { cwd: work, timeout: TIMEOUT_MS })).stdout;
  const missing = () => apt('install', '--simulate', '--no-install-recommends', name);
  const names = await missing().catch(async () => {
    // A slim image has no lists of packages: ours go into our own folder.
    lists.push('-o', `Dir::State::lists=${path.join(work, 'lists')}`, '-o', `Dir::Cache=${path.join(work, 'cache')}`);
    mkdirSync(path.join(work, 'lists/partial'), { recursive: true });
    mkdirSync(path.join(work, 'cache/archives/partial'), { recursive: true });
    progress?.('reading the lists of packages');
    await apt('update', '-o', 'APT::Sandbox::User=');
    return missing();
  });
  const wanted = [...names.matchAll(/(?<=^Inst )\S+/gm)].map(([found]) => found);
  const count = `${wanted.length} packages of Debian's`;
  progress?.(`fetching ${name}, once: ${count}`);
  const telling = setInterval(() => progress?.(`${count}: ${megabytesOf(work)} MB so far`), PROGRESS_EVERY_MS);
  await apt('download', '-o', 'APT::Sandbox::User=', ...wanted).finally(() => {
    clearInterval(telling);
  });
  return packagesIn(work);
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => path.join(folder, file));
}

/** Of whole and of half files. */
function megabytesOf(folder: string): number {
  const files = readdirSync(folder).map((file) => statSync(path.join(folder, file), { throwIfNoEntry: false }));
  return Math.round(files.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0) / 1e6);
}
