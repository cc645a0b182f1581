import type { Cancel } from '../../common/clock.js';
import type { LoggedContext } from '../../realtime/client-connection.js';
import type { SocketConnection } from '../../realtime/socket-connection.js';
import type { CallPlace } from './call.place.js';

/** A call gateway's own state of a connection: the one call room that it is in. */
export class CallContext implements LoggedContext {
  place: CallPlace | undefined;
  stopWatching: Cancel = () => undefined;

  get logFields(): object | undefined {
    return this.place && { room_id: this.place.callRoomId };
  }
}

export type CallConnection = SocketConnection<CallContext>;
