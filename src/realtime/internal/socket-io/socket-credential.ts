import type { IncomingHttpHeaders } from 'node:http';
import { Credential } from '../../connection-authenticator.js';
import { upgradeCredential } from '../credential.js';

/**
 * What a Socket.IO client brought (protocol section 7): `auth: { token }` or `auth: { ticket }`, then what may come with an
 * upgrade, which for Socket.IO is its first request. Undefined: none.
 */
export function socketCredential(
  auth: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Credential | undefined {
  for (const kind of ['token', 'ticket'] as const) {
    const value = Object.hasOwn(auth, kind) ? auth[kind] : undefined;
    if (value === undefined || value === null || value === '') continue;
    return { kind, value: typeof value === 'string' ? value.replace(/^Bearer /, '') : '' };
  }
  return upgradeCredential(headers, query);
}
