import { isErrnoException } from '../../common/errno.js';
import { OperatorError } from '../../common/operator-error.js';

/** Why the server cannot start, for whoever started it. */
export function describeStartFailure(error: unknown): string {
  if (isErrnoException(error, 'EADDRINUSE')) return `${address(error)} is in use by another program: set PORT.`;
  if (isErrnoException(error, 'EADDRNOTAVAIL')) return `${address(error)} is not an address of this machine: set HOST.`;
  if (isErrnoException(error, 'EACCES') && error.syscall === 'listen')
    return `${address(error)} may not be opened by this account: set PORT.`;
  if (error instanceof OperatorError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function address(error: NodeJS.ErrnoException): string {
  const { address = '', port } = error as { address?: string; port?: number };
  return port === undefined ? address : `${address}:${port}`;
}
