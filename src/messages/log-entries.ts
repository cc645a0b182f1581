import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { ConversationId, UserId } from '../common/ids.js';
import { Ids } from '../common/ids.js';
import type { MessageId } from '../common/ids.js';
import { ConversationNotFound } from '../conversations/conversations.errors.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { ConversationFeed } from './conversation-feed.js';
import { NONE } from './message.js';
import type { CallEntry, Change } from './message.js';
import { LogEntryRepository } from './persistence/log-entry.repository.js';

export interface NewCallEntry {
  conversationId: ConversationId;
  senderId: UserId;
  call: CallEntry;
}

/** Entries of the log that nobody typed: each is a change of the transaction that it tells of. */
@Injectable()
export class LogEntries {
  constructor(
    private readonly entries: LogEntryRepository,
    private readonly feed: ConversationFeed,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Takes the log's next number, and holds the log until the transaction has ended: so it comes last in it. After the commit
   * `announce` it; if that is lost, every node finds it all the same.
   *
   * @throws ConversationNotFound
   */
  async append(tx: Tx, entry: NewCallEntry): Promise<Change> {
    const id = this.ids.next<MessageId>();
    const createdAt = this.clock.date().toISOString();
    const stored = await this.entries.insert(tx, { ...entry, id, createdAt });
    if (stored === undefined) throw new ConversationNotFound();
    const { seq, membershipVersion, senderUsername } = stored;
    const { conversationId, senderId, call } = entry;
    const message = {
      ...{ id, conversationId, seq, rev: seq, kind: 'call' as const, senderId, senderUsername },
      ...{ content: '', nonce: null, replyToId: null, mentions: [], attachments: NONE, reactions: NONE, pinned: false },
      ...{ createdAt, editedAt: null, deletedAt: null, deletedBy: null, call },
    };
    return { rev: seq, membershipVersion, message };
  }

  /** Tells every node, after the commit. */
  announce(change: Change): void {
    this.feed.announce(change.message.conversationId, [change]);
  }
}
