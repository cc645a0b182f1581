import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { debianRedis } from './debian-redis.js';

const NAMES = ['redis-server', 'valkey-server'];

const ADVICE = `No redis-server was found on the PATH, and none could be fetched. Either
  install Redis or Valkey, version 7 or newer (apt install redis-server, brew install valkey), or
  set REDIS_URL to a server that may be used.`;

/** What to start as a redis-server, and with which environment. */
export interface RedisProgram {
  program: string;
  env: Record<string, string>;
}

/**
 * The redis-server or valkey-server of the PATH; else the one of Debian's package, fetched once into the project's cache
 * folder without being installed. @throws with what to do where neither can be had
 */
export async function redisProgram(): Promise<RedisProgram> {
  const installed = NAMES.map(onPath).find((program) => program !== undefined);
  if (installed !== undefined) return { program: installed, env: {} };
  try {
    const root = await debianRedis(path.join(projectFolder(), '.cache', 'redis-server'));
    return { program: path.join(root, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: libraries(root).join(':') } };
  } catch (error) {
    throw new Error(`${ADVICE}\nWhy it could not be fetched: ${(error as Error).message}`, { cause: error });
  }
}

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function libraries(root: string): string[] {
  const lib = path.join(root, 'usr/lib');
  const ofMachine = readdirSync(lib).filter((name) => name.includes('-linux-'));
  return [lib, ...ofMachine.map((name) => path.join(lib, name))];
}

/** This file runs from the sources and from `dist`. */
function projectFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
