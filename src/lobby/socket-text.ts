import type { WireText } from '../realtime/wire.js';

/** A Socket.IO event with one argument, as it goes over the wire. */
export function serialiseSocketEvent(event: string, data: unknown): WireText {
  return Object.freeze([JSON.stringify([event, data])]);
}
