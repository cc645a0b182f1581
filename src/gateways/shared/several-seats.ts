import type { ConversationId } from '../../common/ids.js';
import type { Seat } from './seat.js';

/** The state of a connection that has seats in several conversations at once. */
export abstract class SeveralSeats {
  abstract seats(): Iterable<Seat>;
  abstract seatIn(id: ConversationId): Seat | undefined;
}
