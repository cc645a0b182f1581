import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events.js';
import type { ConversationId, UserId } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { NoAccess } from '../messages/messages.errors.js';
import { UnreadRepository } from './persistence/unread.repository.js';
import type { Pointer } from './persistence/unread.repository.js';
import type { ReadPosition, UnreadView } from './unread.js';

/** Conversations after one of them, by id. */
export interface UnreadsRequest {
  after?: ConversationId | undefined;
  limit: number;
}

/**
 * How far each user has read, and what is left: a pointer and a counter of mentions for each member, and no row for a message.
 * What was said before somebody joined the group is not unread for them.
 */
@Injectable()
export class UnreadsService {
  constructor(
    private readonly unreads: UnreadRepository,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
  ) {}

  /** A lower number than before marks unread; one above the log's head is the head. @throws NoAccess */
  read(userId: UserId, conversationId: ConversationId, seq: number): Promise<ReadPosition> {
    return this.moveTo(seq, { userId, conversationId });
  }

  /** As `read`; the id of a direct conversation, which is a log's too, names no channel. */
  readChannel(userId: UserId, conversationId: ConversationId, seq: number): Promise<ReadPosition> {
    return this.moveTo(seq, { userId, conversationId, kind: 'channel' });
  }

  /** The user's conversations by id, those without anything unread too. */
  list(userId: UserId, { after, limit }: UnreadsRequest): Promise<UnreadView[]> {
    return this.unreads.page(userId, after, limit);
  }

  /** In one statement, and in no order; what a user may not read is missing. */
  async of(pairs: readonly { userId: UserId; conversationId: ConversationId }[]): Promise<UnreadView[]> {
    return pairs.length === 0 ? [] : this.unreads.ofPairs(pairs);
  }

  /**
   * The pointer is held before the mentions after it are counted: a send that counts one up in its own transaction does so
   * before the hold, and its message is seen, or after the end, and its number is above the head that was seen.
   */
  private async moveTo(seq: number, pointer: Pointer): Promise<ReadPosition> {
    const { userId, conversationId } = pointer;
    const { before, now } = await this.transactions.run(async (tx) => {
      const held = await this.unreads.hold(tx, pointer);
      const moved = held === undefined ? undefined : await this.unreads.move(tx, pointer, seq);
      if (moved === undefined) throw new NoAccess();
      return { before: held, now: moved };
    });
    if (now.lastReadSeq !== before)
      await this.events.publish('conversation.read', { conversationId, userId, lastReadSeq: now.lastReadSeq });
    return now;
  }
}
