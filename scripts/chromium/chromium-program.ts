import { cacheFolder, programOnPath, unpackedProgram } from '../debian/programs.js';
import type { Program } from '../debian/programs.js';
import { unpackedPackage } from '../debian/unpacked-package.js';

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Chromium without windows, and so without GTK. */
const PACKAGE = 'chromium-headless-shell';

const ADVICE = `No Chromium was found on the PATH, and none could be fetched. Either
  install Chromium or Chrome, version 120 or newer (apt install chromium-headless-shell), or
  set CHROMIUM_PATH to the program of one.`;

/**
 * The browser of CHROMIUM_PATH, or of the PATH; else the one of Debian's package, fetched once into the project's cache
 * folder without being installed. @throws with what to do where none can be had
 */
export async function chromiumProgram(progress: (text: string) => void): Promise<Program> {
  const installed = process.env['CHROMIUM_PATH'] ?? programOnPath(NAMES);
  if (installed !== undefined) return { program: installed, env: {} };
  try {
    const root = await unpackedPackage({ name: PACKAGE, folder: cacheFolder('chromium'), progress });
    return unpackedProgram(root, 'usr/lib/chromium/chromium-headless-shell');
  } catch (error) {
    throw new Error(`${ADVICE}\nWhy it could not be fetched: ${(error as Error).message}`, { cause: error });
  }
}
