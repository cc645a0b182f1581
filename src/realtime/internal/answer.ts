import { Connection } from '../connection.js';
import { WireEvent } from '../wire.js';

/** Sends what answers a message, with the message's `ref` where it has one. */
export function answer(connection: Connection, event: WireEvent, ref: string | undefined): void {
  connection.send(ref === undefined ? event : { ...event, ref });
}
