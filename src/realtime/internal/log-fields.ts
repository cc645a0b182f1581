import type { LoggedContext } from '../client-connection.js';
import { Connection } from '../connection.js';
import { SocketConnection } from '../socket-connection.js';

/** How each line of the log about a connection names it: by its ids, and by what its gateway says beside them. */
export function logFieldsOf(connection: Connection | SocketConnection): object {
  const { logFields } = (connection.context ?? {}) as LoggedContext;
  if (connection instanceof SocketConnection)
    return { namespace: connection.namespace, socket_id: connection.id, ...logFields };
  return { connection_id: connection.id, ...(logFields && { client_id: connection.clientId, ...logFields }) };
}
