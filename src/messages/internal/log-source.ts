import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../../common/ids.js';
import type { ConversationHead } from '../../conversations/conversation.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Change } from '../message.js';
import { MessageRepository } from '../persistence/message.repository.js';
import { ConversationAccess } from './conversation-access.js';

/** Rows that one read of a hole takes; a longer hole is read in several. */
const PAGE = 500;

export interface LogPage {
  /** By number, as whole states. */
  changes: Change[];
  /** The log's head in the same snapshot, or the last row's number when there are more. */
  head: number;
  hasMore: boolean;
  membershipVersion: number;
}

/** What the readers need of Postgres, which alone knows the log. */
@Injectable()
export class LogSource {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly messages: MessageRepository,
    private readonly access: ConversationAccess,
    private readonly transactions: TransactionRunner,
  ) {}

  head(conversationId: ConversationId): Promise<ConversationHead | undefined> {
    return this.conversations.findHead(conversationId);
  }

  heads(ids: readonly ConversationId[]): Promise<(ConversationHead & { id: ConversationId })[]> {
    return this.conversations.heads(ids);
  }

  /**
   * Rows after `from` with no upper bound, and the head of the same snapshot: with a bound, a message that was made in
   * the hole and changed after it would be lost (architecture section 4). @throws ConversationNotFound
   */
  read(conversationId: ConversationId, from: number): Promise<LogPage> {
    return this.transactions.snapshot(async (tx) => {
      const { lastSeq, membershipVersion } = await this.conversations.get(conversationId, tx);
      const rows = await this.messages.listChanged(tx, conversationId, from, PAGE + 1);
      const changes = rows.slice(0, PAGE).map((message) => ({ rev: message.rev, membershipVersion, message }));
      const hasMore = rows.length > PAGE;
      return { changes, hasMore, membershipVersion, head: hasMore ? (changes.at(-1)?.rev ?? from) : lastSeq };
    });
  }

  /** Which of the users may read the conversation, as of this membership version. @throws ConversationNotFound */
  readersAmong(conversationId: ConversationId, userIds: readonly UserId[]): Promise<Set<UserId>> {
    return this.transactions.snapshot(async (tx) => {
      const conversation = await this.conversations.get(conversationId, tx);
      return this.access.readersAmong(tx, conversation, userIds);
    });
  }
}
