import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isErrnoException } from '../common/errno.js';
import { OperatorError } from '../common/operator-error.js';

const MIN_LENGTH = 32;

/** The secret of this data folder, made by whoever comes first, so that tokens outlive a restart in development. */
export function developmentSecret(dataDir: string): string {
  const file = path.join(dataDir, 'jwt-secret');
  mkdirSync(dataDir, { recursive: true });
  const secret = read(file) ?? create(file);
  if (secret.length < MIN_LENGTH)
    throw new OperatorError(`${file} holds less than ${MIN_LENGTH} characters: delete it, or set JWT_SECRET.`);
  return secret;
}

// Written aside and linked into place: of two processes that start together one wins, and neither reads half a file.
function create(file: string): string {
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
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
