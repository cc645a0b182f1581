import type { UserId } from '../../common/ids.js';
import type { FeedSubscriber } from '../../messages/feed-subscription.js';
import type { Change } from '../../messages/message.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { ChangeFrames } from './change-frames.js';
import type { Seat } from './seat.js';

/** A seat that gets a conversation's changes: few objects, as each is fetched from memory for each delivery. */
export class LiveSeat implements FeedSubscriber {
  constructor(
    private readonly seat: Seat,
    private readonly changes: ChangeFrames,
  ) {}

  get userId(): UserId {
    return this.seat.userId;
  }

  deliver(run: readonly Change[], from: number): void {
    this.seat.sendFrame(this.changes.of(run, from));
  }

  drained(): Promise<void> {
    return this.seat.drained();
  }

  revoked(): void {
    this.seat.close(CloseCode.Forbidden, 'not allowed');
  }
}
