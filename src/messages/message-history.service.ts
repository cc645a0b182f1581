import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../common/ids.js';
import type { ConversationView } from '../conversations/conversation.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { EpochReader } from '../conversations/epoch-reader.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { ConversationAccess } from './internal/conversation-access.js';
import type { LogPosition, MessageState } from './message.js';
import { MessageNotFound, OtherEpoch } from './messages.errors.js';
import { MessageRepository } from './persistence/message.repository.js';

/** Most changes that a resume replays in band (protocol section 2). */
const RESUME_LIMIT = 1000;

export interface HistoryPage {
  /** Oldest first. */
  messages: MessageState[];
  hasMore: boolean;
}

export interface SnapshotRequest {
  /** The latest so many messages; 0 or undefined: none. */
  history?: number | undefined;
  /** The change that the client has seen last. */
  since?: number | undefined;
  /** The history of the database that `since` belongs to. */
  epoch?: string | undefined;
}

/** What a client that connects needs, all of one snapshot of the database. */
export interface LogSnapshot extends LogPosition {
  history: HistoryPage | undefined;
  resume: { from: number; complete: boolean; changed: MessageState[] } | undefined;
}

export interface ChangesPage extends LogPosition {
  items: MessageState[];
  hasMore: boolean;
}

/** Reads the logs: pages of messages, the change feed, and the snapshot that a connection starts from. */
@Injectable()
export class MessageHistoryService {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly epochs: EpochReader,
    private readonly access: ConversationAccess,
    private readonly messages: MessageRepository,
    private readonly transactions: TransactionRunner,
  ) {}

  /**
   * All or nothing: never a partial replay that looks whole (protocol section 2). The right to read is of the same
   * snapshot, so that a removal which commits before it gives nothing away.
   *
   * @throws NoAccess, ConversationNotFound
   */
  snapshot(
    userId: UserId,
    conversationId: ConversationId,
    { history, since, epoch }: SnapshotRequest,
  ): Promise<LogSnapshot> {
    return this.transactions.snapshot(async (tx) => {
      const position = await this.positionOf(tx, await this.requireReader(tx, conversationId, userId));
      const page = history ? await this.page(tx, { conversationId, limit: history }) : undefined;
      if (since === undefined) return { ...position, history: page, resume: undefined };
      const missed = position.lastSeq - since;
      const complete = missed >= 0 && missed <= RESUME_LIMIT && (epoch === undefined || epoch === position.epoch);
      const changed = complete ? await this.messages.listChanged(tx, conversationId, since, RESUME_LIMIT) : [];
      return { ...position, history: page, resume: { from: since, complete, changed } };
    });
  }

  /** @throws NoAccess, ConversationNotFound */
  list(
    userId: UserId,
    conversationId: ConversationId,
    range: { before?: number | undefined; after?: number | undefined; limit: number },
  ): Promise<HistoryPage> {
    return this.transactions.snapshot(async (tx) => {
      await this.requireReader(tx, conversationId, userId);
      return this.page(tx, { conversationId, ...range });
    });
  }

  /** The present state of every message whose `rev` is after `since`, by `rev`. @throws NoAccess, OtherEpoch */
  changes(
    userId: UserId,
    conversationId: ConversationId,
    { since, limit, epoch }: { since: number; limit: number; epoch?: string | undefined },
  ): Promise<ChangesPage> {
    return this.transactions.snapshot(async (tx) => {
      const position = await this.positionOf(tx, await this.requireReader(tx, conversationId, userId));
      if (epoch !== undefined && epoch !== position.epoch) throw new OtherEpoch();
      const rows = await this.messages.listChanged(tx, conversationId, since, limit + 1);
      return { ...position, items: rows.slice(0, limit), hasMore: rows.length > limit };
    });
  }

  /** @throws MessageNotFound, also for those who may not read it */
  get(userId: UserId, id: MessageId): Promise<{ message: MessageState; sides: UserId[] | undefined }> {
    return this.transactions.read(async (tx) => {
      const message = await this.messages.findById(tx, id);
      if (message === undefined) throw new MessageNotFound();
      const conversation = await this.conversations.get(message.conversationId, tx);
      if (!(await this.access.mayRead(tx, conversation, userId))) throw new MessageNotFound();
      return { message, sides: await this.access.sidesOf(tx, conversation, userId) };
    });
  }

  private async requireReader(tx: Tx, conversationId: ConversationId, userId: UserId): Promise<ConversationView> {
    const conversation = await this.conversations.get(conversationId, tx);
    await this.access.requireReader(tx, conversation, userId);
    return conversation;
  }

  private async page(
    tx: Tx,
    range: { conversationId: ConversationId; before?: number | undefined; after?: number | undefined; limit: number },
  ): Promise<HistoryPage> {
    const rows = await this.messages.list(tx, { ...range, limit: range.limit + 1 });
    const hasMore = rows.length > range.limit;
    if (!hasMore) return { messages: rows, hasMore };
    // The row too many is the oldest of the latest, or the latest of the earliest.
    return { messages: range.after === undefined ? rows.slice(1) : rows.slice(0, -1), hasMore };
  }

  private async positionOf(tx: Tx, { lastSeq }: ConversationView): Promise<LogPosition> {
    return { lastSeq, epoch: await this.epochs.read(tx) };
  }
}
