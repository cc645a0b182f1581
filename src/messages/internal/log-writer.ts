import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../../common/ids.js';
import { KeyedQueue } from '../../common/keyed-queue.js';
import type { ConversationView } from '../../conversations/conversation.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageDraft, MessageState, Sent } from '../message.js';
import { NonceReused } from '../messages.errors.js';
import { MessageRepository } from '../persistence/message.repository.js';
import { ConversationAccess } from './conversation-access.js';
import { hashOf, MessageComposer } from './message-composer.js';

/** Drafts of one log that may wait on this node; beyond that they are refused as `unavailable`. */
const MOST_WAITING = 1000;

/** A draft with its sender and its log; content and nonce are trimmed. */
export interface Submission {
  senderId: UserId;
  conversationId: ConversationId;
  draft: MessageDraft;
}

export interface Written extends Sent {
  membershipVersion: number;
}

/**
 * Commits messages to the logs, each in a transaction of its own. The conversation is locked first: what the later
 * statements read (nonces, membership, slow mode) is as new as the lock (architecture section 4).
 */
@Injectable()
export class LogWriter {
  /** Drafts of one log would only wait for each other's row lock, with a connection of the pool in their hands. */
  private readonly lines = new KeyedQueue<ConversationId>(MOST_WAITING);

  constructor(
    private readonly conversations: ConversationsService,
    private readonly access: ConversationAccess,
    private readonly composer: MessageComposer,
    private readonly messages: MessageRepository,
    private readonly transactions: TransactionRunner,
  ) {}

  /** @throws NoAccess, ConversationNotFound, NonceReused, RateLimited (slow mode), Unavailable */
  write(submission: Submission): Promise<Written> {
    return this.lines.run(submission.conversationId, () => this.transactions.run((tx) => this.store(tx, submission)));
  }

  private async store(tx: Tx, { senderId, conversationId, draft }: Submission): Promise<Written> {
    const conversation = await this.conversations.lock(tx, conversationId);
    const { membershipVersion } = conversation;
    const earlier = await this.findEarlier(tx, conversation, { senderId, draft });
    if (earlier) return { message: earlier, duplicate: true, membershipVersion };
    await this.access.requireWriter(tx, conversation, senderId);
    const message = await this.composer.compose(tx, conversation, { senderId, draft });
    const senderUsername = await this.messages.append(tx, message);
    return { message: { ...message.state, senderUsername }, duplicate: false, membershipVersion };
  }

  /** The message that this nonce made before. A removed member learns nothing here. @throws NonceReused, NoAccess */
  private async findEarlier(
    tx: Tx,
    conversation: ConversationView,
    { senderId, draft }: { senderId: UserId; draft: MessageDraft },
  ): Promise<MessageState | undefined> {
    if (draft.nonce === undefined) return undefined;
    const key = { conversationId: conversation.id, senderId, nonce: draft.nonce };
    const earlier = await this.messages.findByNonce(tx, key);
    if (earlier === undefined) return undefined;
    await this.access.requireReader(tx, conversation, senderId);
    if (!earlier.draftHash.equals(hashOf(draft))) throw new NonceReused();
    return earlier.state;
  }
}
