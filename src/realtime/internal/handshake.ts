import { BadHandshake } from '../raw-gateway.js';
import { isClientId } from './authentication.js';
import { RouteMatch } from './gateway-route.js';

export type Handshake = { ok: true; context: unknown; clientId: string | undefined } | { ok: false; error: unknown };

/** Reads path and query. What is wrong is told after the upgrade, so that a browser can read the close code. */
export function readHandshake({ route, params }: RouteMatch, query: URLSearchParams): Handshake {
  try {
    for (const name of ['token', 'ticket'])
      if (query.getAll(name).length > 1) throw new BadHandshake(`${name} is given twice`);
    const clientId = route.announceAuth ? (query.get('client_id') ?? undefined) : undefined;
    if (clientId !== undefined && !isClientId(clientId)) throw new BadHandshake('client_id is malformed');
    return { ok: true, context: route.hooks.parse({ params, query }), clientId };
  } catch (error) {
    return { ok: false, error };
  }
}
