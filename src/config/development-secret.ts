import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { OperatorError } from '../common/operator-error.js';
import { writtenOnce } from '../common/written-once.js';
import { inDataDir } from './data-dir.js';

const MIN_LENGTH = 32;

/** The secret of this data folder, made by whoever comes first, so that tokens outlive a restart in development. */
export function developmentSecret(dataDir: string): string {
  const file = path.join(dataDir, 'jwt-secret');
  const secret = inDataDir(dataDir, () => writtenOnce(file, () => randomBytes(48).toString('base64url')));
  if (secret.length < MIN_LENGTH)
    throw new OperatorError(`${file} holds less than ${MIN_LENGTH} characters: delete it, or set JWT_SECRET.`);
  return secret;
}
