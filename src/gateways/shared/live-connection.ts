import type { UserId } from '../../common/ids.js';
import type { FeedSubscriber } from '../../messages/feed-subscription.js';
import type { Change } from '../../messages/message.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { ChangeFrames } from './change-frames.js';
import type { ConversationConnection } from './conversation-dialect.js';

/** A connection that gets a conversation's changes: few objects, as each is fetched from memory for each delivery. */
export class LiveConnection implements FeedSubscriber {
  constructor(
    private readonly connection: ConversationConnection,
    private readonly changes: ChangeFrames,
  ) {}

  get userId(): UserId {
    return this.connection.userId;
  }

  deliver(run: readonly Change[], from: number): void {
    this.connection.sendFrame(this.changes.of(run, from));
  }

  drained(): Promise<void> {
    return this.connection.drained();
  }

  revoked(): void {
    this.connection.close(CloseCode.Forbidden, 'not allowed');
  }
}
