import { isErrnoException } from '../../common/errno.js';
import { OperatorError } from '../../common/operator-error.js';

/** Why the server cannot start, for whoever started it. */
export function describeStartFailure(error: unknown): string {
  if (isErrnoException(error, 'EADDRINUSE')) return `${address(error)} is in use by another program: set PORT.`;
  if (isErrnoException(error, 'EADDRNOTAVAIL')) return `${address(error)} is not an address of this machine: set HOST.`;
  if (isErrnoException(error, 'EACCES') && error.syscall === 'listen')
    return `${address(error)} may not be opened by this account: set PORT.`;
  if ((isErrnoException(error, 'EINVAL') || isErrnoException(error, 'EAFNOSUPPORT')) && error.syscall === 'listen')
    return `${address(error)} cannot be listened on: set HOST.`;
  if (error instanceof Error && isUnknownHost(error)) return `${error.hostname} is not a known host: set HOST.`;
  if (error instanceof OperatorError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Of HOST alone: a Postgres whose name is unknown is an OperatorError. */
function isUnknownHost(error: Error): error is Error & { hostname: string } {
  return (
    (isErrnoException(error, 'ENOTFOUND') || isErrnoException(error, 'EAI_AGAIN')) &&
    error.syscall === 'getaddrinfo' &&
    'hostname' in error
  );
}

function address(error: NodeJS.ErrnoException): string {
  const { address = '', port } = error as { address?: string; port?: number };
  return port === undefined ? address : `${address}:${port}`;
}
