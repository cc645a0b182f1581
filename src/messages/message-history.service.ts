import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../common/ids.js';
import type { ConversationKind } from '../conversations/conversation.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { ConversationAccess } from './internal/conversation-access.js';
import type { LogPosition, MessageState } from './message.js';
import { MessageNotFound, NoAccess, OtherEpoch } from './messages.errors.js';
import { LogRepository } from './persistence/log.repository.js';
import { REPLAY_PAGE } from './persistence/log-statements.js';
import { LogPositions } from './persistence/log-positions.js';
import { MessageRepository } from './persistence/message.repository.js';

export interface HistoryPage {
  /** Oldest first. */
  messages: MessageState[];
  hasMore: boolean;
}

export interface HistoryRequest {
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
  /** A log of another kind is none. */
  kind?: ConversationKind | undefined;
}

export interface ChangesRequest {
  since: number;
  limit: number;
  epoch?: string | undefined;
  kind?: ConversationKind | undefined;
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
  /** All or nothing: `missed` is the first page of the replay, and there is none unless it can be complete. */
  resume: { from: number; complete: boolean; missed: ChangesPage } | undefined;
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
    private readonly access: ConversationAccess,
    private readonly log: LogRepository,
    private readonly positions: LogPositions,
    private readonly messages: MessageRepository,
    private readonly transactions: TransactionRunner,
  ) {}

  /**
   * Never a partial replay that looks whole (protocol section 2). The right to read is of the same snapshot, so that a
   * removal which commits before it gives nothing away.
   *
   * @throws NoAccess
   */
  async snapshot(
    userId: UserId,
    conversationId: ConversationId,
    { history = 0, since, epoch }: SnapshotRequest,
  ): Promise<LogSnapshot> {
    if (history === 0 && since === undefined) {
      const position = readable(await this.positions.find({ conversationId, userId }));
      return { ...position, history: undefined, resume: undefined };
    }
    const start = { history: history === 0 ? 0 : history + 1, since, epoch };
    const opening = readable(await this.log.opening({ conversationId, userId }, start));
    const position = { lastSeq: opening.lastSeq, epoch: opening.epoch };
    return {
      ...position,
      history: history === 0 ? undefined : withoutUnreadable(historyPage(opening.history, { limit: history })),
      resume:
        since === undefined
          ? undefined
          : {
              from: since,
              complete: opening.complete === true,
              missed: changesPage(position, opening.missed, REPLAY_PAGE),
            },
    };
  }

  /**
   * The next page of a replay that a snapshot began: everything after `since`, with no upper bound, so that nothing which
   * changes meanwhile falls between two pages (architecture section 4). @throws NoAccess, OtherEpoch
   */
  replay(
    userId: UserId,
    conversationId: ConversationId,
    position: { since: number; epoch: string },
  ): Promise<ChangesPage> {
    return this.changes(userId, conversationId, { ...position, limit: REPLAY_PAGE });
  }

  /** @throws NoAccess */
  async list(userId: UserId, conversationId: ConversationId, { kind, ...range }: HistoryRequest): Promise<HistoryPage> {
    const reading = { conversationId, userId, kind };
    const messages = await this.log.messages(reading, { ...range, limit: range.limit + 1 });
    return historyPage(readable(messages), range);
  }

  /** The present state of every message whose `rev` is after `since`, by `rev`. @throws NoAccess, OtherEpoch */
  async changes(
    userId: UserId,
    conversationId: ConversationId,
    { since, limit, epoch, kind }: ChangesRequest,
  ): Promise<ChangesPage> {
    const stretch = readable(await this.log.changes({ conversationId, userId, kind }, since, limit + 1));
    if (epoch !== undefined && epoch !== stretch.epoch) throw new OtherEpoch();
    return changesPage(stretch, stretch.messages, limit);
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

  /** Both users of a direct conversation of this user's; undefined for a channel. */
  sidesOf(userId: UserId, conversationId: ConversationId): Promise<UserId[] | undefined> {
    return this.transactions.read(async (tx) => {
      const conversation = await this.conversations.get(conversationId, tx);
      return this.access.sidesOf(tx, conversation, userId);
    });
  }
}

function readable<T>(found: T | undefined): T {
  if (found === undefined) throw new NoAccess();
  return found;
}

function withoutUnreadable({ messages, hasMore }: HistoryPage): HistoryPage {
  return { messages: messages.filter(({ unreadable }) => !unreadable), hasMore };
}

/** A page of rows that were asked for with one too many. */
function historyPage(
  rows: MessageState[],
  { after, limit }: { after?: number | undefined; limit: number },
): HistoryPage {
  const hasMore = rows.length > limit;
  if (!hasMore) return { messages: rows, hasMore };
  // The row too many is the oldest of the latest, or the latest of the earliest.
  return { messages: after === undefined ? rows.slice(1) : rows.slice(0, -1), hasMore };
}

function changesPage({ lastSeq, epoch }: LogPosition, rows: MessageState[], limit: number): ChangesPage {
  return { lastSeq, epoch, items: rows.slice(0, limit), hasMore: rows.length > limit };
}
