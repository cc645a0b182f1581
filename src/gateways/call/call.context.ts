import type { Cancel } from '../../common/clock.js';
import type { SocketConnection } from '../../realtime/socket-connection.js';
import type { CallPlace } from './call.place.js';

/** A call gateway's own state of a connection: the one call room that it is in. */
export class CallContext {
  place: CallPlace | undefined;
  stopWatching: Cancel = () => undefined;
}

export type CallConnection = SocketConnection<CallContext>;
