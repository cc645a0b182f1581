import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { GroupMembership } from '../groups/group-membership.js';
import { isAtLeast } from '../groups/role.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { emojiOf } from './internal/emoji.js';
import { MessageHistoryService } from './message-history.service.js';
import type { MessageState, PastContent, PinnedMessage, Reactor } from './message.js';
import { NotAModerator } from './messages.errors.js';
import { MessageDetailRepository } from './persistence/message-detail.repository.js';
import { ReactionRepository } from './persistence/reaction.repository.js';

export interface Stretch {
  /** Only what comes after this number. */
  after: number;
  limit: number;
}

/** What belongs to a message beside its state, for those who may read it: all @throws MessageNotFound. */
@Injectable()
export class MessageDetails {
  constructor(
    private readonly history: MessageHistoryService,
    private readonly details: MessageDetailRepository,
    private readonly reactions: ReactionRepository,
    private readonly conversations: ConversationsService,
    private readonly membership: GroupMembership,
    private readonly transactions: TransactionRunner,
  ) {}

  /** Who has reacted with this emoji, earliest first. @throws ValidationFailed for what is no emoji */
  async reactors(userId: UserId, id: MessageId, text: string, page: PageRequest): Promise<Reactor[]> {
    const emoji = emojiOf(text);
    await this.history.get(userId, id);
    return this.transactions.read((tx) => this.reactions.list(tx, id, emoji, page));
  }

  /** What it said before each edit, earliest first; a deleted message has said nothing. @throws NotAModerator */
  async edits(userId: UserId, id: MessageId, stretch: Stretch): Promise<PastContent[]> {
    const { message } = await this.history.get(userId, id);
    const { groupId } = await this.conversations.get(message.conversationId);
    const role = groupId === null ? undefined : await this.membership.roleOf(groupId, userId);
    if (role === undefined || !isAtLeast(role, 'moderator')) throw new NotAModerator();
    return this.transactions.read((tx) => this.details.edits(tx, id, stretch));
  }

  /** The messages that answer it, by `seq`. */
  async replies(
    userId: UserId,
    id: MessageId,
    stretch: Stretch,
  ): Promise<{ replies: MessageState[]; sides: UserId[] | undefined }> {
    const { sides } = await this.history.get(userId, id);
    return { replies: await this.transactions.read((tx) => this.details.replies(tx, id, stretch)), sides };
  }

  /** Those that were pinned last come first. Who may read the conversation is for the caller to know. */
  pins(id: ConversationId, page: PageRequest): Promise<PinnedMessage[]> {
    return this.transactions.read((tx) => this.details.pins(tx, id, page));
  }
}
