import type { UserId } from '../../common/ids.js';
import type { FeedSubscriber } from '../../messages/feed-subscription.js';
import type { Change } from '../../messages/message.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { ConversationConnection, ConversationDialect } from './conversation-dialect.js';

/** A connection that gets a conversation's changes as its dialect says them. */
export class LiveConnection implements FeedSubscriber {
  constructor(
    private readonly connection: ConversationConnection,
    private readonly dialect: ConversationDialect,
  ) {}

  get userId(): UserId {
    return this.connection.userId;
  }

  deliver(run: readonly Change[], from: number): void {
    this.connection.sendFrame(this.dialect.changed(run, from));
  }

  until(run: readonly Change[], from: number): number {
    return this.connection.context.sends?.until(run, from) ?? run.length;
  }

  drained(): Promise<void> {
    return this.connection.drained();
  }

  revoked(): void {
    this.connection.close(CloseCode.Forbidden, 'not allowed');
  }
}
