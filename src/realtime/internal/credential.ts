import type { IncomingHttpHeaders } from 'node:http';
import { Credential } from '../connection-authenticator.js';

export const BEARER_SUBPROTOCOL = 'bearer';

/**
 * The credential that came with the upgrade, in the order of preference of protocol section 1.1: the Authorization
 * header, the subprotocol pair `bearer, <jwt>`, `?ticket=`, `?token=`. Undefined: the client authenticates in band.
 */
export function upgradeCredential(headers: IncomingHttpHeaders, query: URLSearchParams): Credential | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'token', value: bearer };
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const bearerAt = protocols.indexOf(BEARER_SUBPROTOCOL);
  const offered = bearerAt < 0 ? undefined : protocols[bearerAt + 1];
  if (offered) return { kind: 'token', value: offered };
  const ticket = query.get('ticket');
  if (ticket) return { kind: 'ticket', value: ticket };
  const token = query.get('token');
  return token ? { kind: 'token', value: token } : undefined;
}
