import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../../common/ids.js';
import type { ConversationHead } from '../../conversations/conversation.js';
import { ConversationNotFound } from '../../conversations/conversations.errors.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import type { Change } from '../message.js';
import { LogRepository } from '../persistence/log.repository.js';
import { HOLE_PAGE } from '../persistence/log-statements.js';

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
    private readonly log: LogRepository,
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
  async read(conversationId: ConversationId, from: number): Promise<LogPage> {
    const hole = await this.log.hole(conversationId, from);
    if (hole === undefined) throw new ConversationNotFound();
    const { lastSeq, membershipVersion, messages } = hole;
    const changes = messages.slice(0, HOLE_PAGE).map((message) => ({ rev: message.rev, membershipVersion, message }));
    const hasMore = messages.length > HOLE_PAGE;
    return { changes, hasMore, membershipVersion, head: hasMore ? (changes.at(-1)?.rev ?? from) : lastSeq };
  }

  /** Which of the users may read the conversation, as of this membership version: nobody where it is gone. */
  readersAmong(conversationId: ConversationId, userIds: readonly UserId[]): Promise<Set<UserId>> {
    return this.log.readersAmong(conversationId, userIds);
  }
}
