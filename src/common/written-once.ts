import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isErrnoException } from './errno.js';

/** The line in a file that only its owner can read: what it holds, or else what `make` says, from then on. */
export function writtenOnce(file: string, make: () => string): string {
  return read(file) ?? create(file, make());
}

// Written aside and linked into place: of two processes that start together one wins, and neither reads half a file.
function create(file: string, line: string): string {
  const own = `${file}.${randomUUID()}`;
  try {
    writeFileSync(own, `${line}\n`, { mode: 0o600, flush: true });
    linkSync(own, file);
  } catch (error) {
    if (!isErrnoException(error, 'EEXIST')) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}
