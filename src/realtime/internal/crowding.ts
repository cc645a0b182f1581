import { Identity } from '../connection-authenticator.js';
import { ConnectionServices } from './connection-services.js';

/** Connections that one guest may hold on a node: a few tabs. */
const GUEST_CONNECTIONS = 10;

type Crowding = 'too many connections' | 'too many guests';

/** Whether one more connection of this user, or one more guest from this address, would be too many. */
export function crowdingOf(
  { settings, registry, open }: ConnectionServices,
  { userId, guest = false }: Identity,
  address: string,
): Crowding | undefined {
  const limit = settings.WS_MAX_CONNECTIONS_PER_USER || Infinity;
  if (registry.countOf(userId) >= (guest ? Math.min(limit, GUEST_CONNECTIONS) : limit)) return 'too many connections';
  return guest && open.guests.isFull(address) ? 'too many guests' : undefined;
}
