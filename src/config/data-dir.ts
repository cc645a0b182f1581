import { makeFolder } from '../common/make-folder.js';
import { OperatorError } from '../common/operator-error.js';

/**
 * Makes DATA_DIR, or a folder in it, and runs what reads and writes there.
 *
 * @throws OperatorError when the system refuses, with its reason
 */
export function inDataDir<T>(folder: string, use: () => T): T {
  try {
    makeFolder(folder);
    return use();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new OperatorError(`${folder} cannot be used (${error.message}): set DATA_DIR to a folder that can.`, {
      cause: error,
    });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
