import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { ConversationId, Ids, MessageId, UserId } from '../common/ids.js';
import type { ConversationView } from '../conversations/conversation.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { GroupMembership } from '../groups/group-membership.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { ConversationFeed } from './conversation-feed.js';
import { ConversationAccess } from './internal/conversation-access.js';
import { mentionCandidates } from './internal/mentions.js';
import type { Change, MessageDraft, Sent } from './message.js';
import { NonceReused } from './messages.errors.js';
import { MessageRepository } from './persistence/message.repository.js';

interface Stored extends Sent {
  membershipVersion: number;
}

/** Writes messages to the logs. REST and sockets share it, so both have the same effect (protocol section 8). */
@Injectable()
export class MessagesService {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly access: ConversationAccess,
    private readonly membership: GroupMembership,
    private readonly messages: MessageRepository,
    private readonly feed: ConversationFeed,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Commits the message, then tells everyone; a repeated nonce tells nobody and gives the first message again.
   * @throws NoAccess, ConversationNotFound, NonceReused, RateLimited (slow mode), Unavailable
   */
  async send(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Promise<Sent> {
    const { message, duplicate, membershipVersion } = await this.transactions.run((tx) =>
      this.store(tx, { senderId, conversationId, draft: trimmed(draft) }),
    );
    if (!duplicate) this.feed.announce({ rev: message.rev, membershipVersion, message } satisfies Change);
    return { message, duplicate };
  }

  private async store(
    tx: Tx,
    { senderId, conversationId, draft }: { senderId: UserId; conversationId: ConversationId; draft: MessageDraft },
  ): Promise<Stored> {
    const conversation = await this.conversations.lock(tx, conversationId);
    const { membershipVersion } = conversation;
    const earlier = await this.findEarlier(tx, { senderId, conversation, draft });
    if (earlier) return { message: earlier, duplicate: true, membershipVersion };
    await this.access.requireWriter(tx, conversation, senderId);
    const seq = conversation.lastSeq + 1;
    const state = {
      id: this.ids.next<MessageId>(),
      conversationId,
      seq,
      rev: seq,
      kind: 'message' as const,
      senderId,
      content: draft.content,
      nonce: draft.nonce ?? null,
      replyToId: null,
      mentions: await this.mentioned(tx, conversation, draft.content),
      pinned: false,
      createdAt: this.clock.date().toISOString(),
      editedAt: null,
      deletedAt: null,
    };
    const draftHash = draft.nonce === undefined ? null : hashOf(draft);
    const senderUsername = await this.messages.append(tx, { state, draftHash });
    return { message: { ...state, senderUsername }, duplicate: false, membershipVersion };
  }

  /** The message that this nonce made before. A removed member learns nothing here. @throws NonceReused, NoAccess */
  private async findEarlier(
    tx: Tx,
    { senderId, conversation, draft }: { senderId: UserId; conversation: ConversationView; draft: MessageDraft },
  ): Promise<Sent['message'] | undefined> {
    if (draft.nonce === undefined) return undefined;
    const key = { conversationId: conversation.id, senderId, nonce: draft.nonce };
    const earlier = await this.messages.findByNonce(tx, key);
    if (earlier === undefined) return undefined;
    await this.access.requireReader(tx, conversation, senderId);
    if (!earlier.draftHash.equals(hashOf(draft))) throw new NonceReused();
    return earlier.state;
  }

  private async mentioned(tx: Tx, { groupId }: ConversationView, content: string): Promise<UserId[]> {
    const names = mentionCandidates(content);
    if (groupId === null || names.length === 0) return [];
    const members = await this.membership.membersAmong(groupId, names, tx);
    return members.map(({ userId }) => userId);
  }
}

/** Texts are stored trimmed (section 1); a client's `null` is no nonce. */
function trimmed({ content, nonce }: MessageDraft): MessageDraft {
  return { content: content.trim(), nonce: nonce?.trim() };
}

/** What makes two drafts the same: kept as first sent, so that a later edit does not turn a retry into a conflict. */
function hashOf({ content }: MessageDraft): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([content]))
    .digest();
}
