import { cacheFolder, programOnPath, unpackedProgram } from '../debian/programs.js';
import type { Program } from '../debian/programs.js';
import { unpackedPackage } from '../debian/unpacked-package.js';

const ADVICE = `No turnserver was found on the PATH, and none could be fetched: install coturn (apt install coturn, brew install coturn).`;

/**
 * The turnserver of the PATH; else the one of Debian's package, fetched once into the project's cache folder without being
 * installed. @throws with what to do where neither can be had
 */
export async function coturnProgram(): Promise<Program> {
  const installed = programOnPath(['turnserver']);
  if (installed !== undefined) return { program: installed, env: {} };
  try {
    const root = await unpackedPackage({ name: 'coturn', folder: cacheFolder('coturn') });
    return unpackedProgram(root, 'usr/bin/turnserver');
  } catch (error) {
    throw new Error(`${ADVICE}\nWhy it could not be fetched: ${(error as Error).message}`, { cause: error });
  }
}
