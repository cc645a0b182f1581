import { cacheFolder, programOnPath, unpackedProgram } from '../debian/programs.js';
import type { Program } from '../debian/programs.js';
import { unpackedPackage } from '../debian/unpacked-package.js';

const NAMES = ['redis-server', 'valkey-server'];

const ADVICE = `No redis-server was found on the PATH, and none could be fetched. Either
  install Redis or Valkey, version 7 or newer (apt install redis-server, brew install valkey), or
  set REDIS_URL to a server that may be used.`;

/**
 * The redis-server or valkey-server of the PATH; else the one of Debian's package, fetched once into the project's cache
 * folder without being installed. @throws with what to do where neither can be had
 */
export async function redisProgram(): Promise<Program> {
  const installed = programOnPath(NAMES);
  if (installed !== undefined) return { program: installed, env: {} };
  try {
    const root = await unpackedPackage({ name: 'redis-server', folder: cacheFolder('redis-server') });
    return unpackedProgram(root, 'usr/bin/redis-server');
  } catch (error) {
    throw new Error(`${ADVICE}\nWhy it could not be fetched: ${(error as Error).message}`, { cause: error });
  }
}
