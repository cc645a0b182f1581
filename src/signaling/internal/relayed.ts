import type { ConnectionId } from '../../common/ids.js';
import type { WireText } from '../../realtime/wire.js';
import type { RoomSignal } from '../room-seat.js';

/** A signal on its way: frozen, and as such what crosses nodes. */
export interface Relayed extends RoomSignal {
  /** The node that it comes from. */
  readonly node: string;
  /** The set's version after which its sender was in the room. */
  readonly entered: number;
  /** Its number among those of its sender since then. */
  readonly n: number;
}

/** What a member was sent while it was away, from a node that kept it. */
export interface HandOver {
  /** The connection that has the member's seat by now. */
  readonly handOverTo: ConnectionId;
  readonly node: string;
  readonly signals: readonly Relayed[];
}

export function bytesOf(text: WireText): number {
  let bytes = 0;
  for (const piece of text) bytes += Buffer.byteLength(piece);
  return bytes;
}
