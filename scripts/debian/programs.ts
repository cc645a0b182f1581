import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What to start, and with which environment. */
export interface Program {
  program: string;
  env: Record<string, string>;
}

/** The first of these that the PATH has. */
export function programOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** A program of an unpacked package; `file` is its place in it. It finds the libraries that were unpacked with it. */
export function unpackedProgram(root: string, file: string): Program {
  return { program: path.join(root, file), env: { LD_LIBRARY_PATH: libraries(root).join(':') } };
}

/** A place in the project's cache folder; this file runs from the sources and from `dist`. */
export function cacheFolder(name: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return path.join(folder, '.cache', name);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `lib` and `usr/lib`, what they hold for this kind of machine, and the folders that libraries keep for themselves. */
function libraries(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((name) => {
    const lib = path.join(root, name);
    const ofMachine = foldersIn(lib).filter((folder) => folder.includes('-linux-'));
    return [lib, ...ofMachine, ...ofMachine.flatMap(foldersIn)];
  });
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return found.map(({ name }) => path.join(folder, name));
}
