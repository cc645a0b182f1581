import { Injectable, Logger } from '@nestjs/common';
import type { Attachment } from '../../attachments/attachment.js';
import { Clock } from '../../common/clock.js';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import { WaitingLine } from '../../common/waiting-line.js';
import { Settings } from '../../config/settings.js';
import type { ConversationHead, ConversationKind } from '../../conversations/conversation.js';
import { PreparedStatements } from '../../infra/database/prepared-statements.js';
import type { Statement } from '../../infra/database/prepared-statements.js';
import { NONE } from '../message.js';
import type { CallEntry, MessageState, ReactionCount } from '../message.js';
import { CHANGES, EARLIEST, HOLE, LATEST, OPENING, READERS } from './log-statements.js';

type HeadColumns = [lastSeq: number, membershipVersion: number, epoch: string | null];
type MessageColumns = [
  id: MessageId,
  conversationId: ConversationId,
  seq: number,
  rev: number,
  kind: 'message' | 'call',
  senderId: UserId,
  username: string,
  content: string,
  nonce: string | null,
  replyToId: MessageId | null,
  mentions: UserId[],
  pinned: boolean,
  createdAt: string,
  editedAt: string | null,
  deletedAt: string | null,
  call: CallEntry | null,
  attachments: Attachment[] | null,
  reactions: ReactionCount[] | null,
  deletedBy: UserId | null,
];
/** A log without rows in the range is one row, with nothing after its head. */
type LogRow = [...HeadColumns, ...MessageColumns];
type OpeningRow = [...LogRow, missed: boolean | null, complete: boolean | null];

/** Who reads which log; another kind than the one expected is no log at all. */
export interface LogReading {
  conversationId: ConversationId;
  userId: UserId;
  kind?: ConversationKind | undefined;
}

/** A stretch of a log, with its head and the epoch of the same snapshot. */
export interface LogStretch extends ConversationHead {
  epoch: string;
  messages: MessageState[];
}

export interface LogOpening extends ConversationHead {
  epoch: string;
  history: MessageState[];
  /** Null where nothing was to be resumed. */
  complete: boolean | null;
  missed: MessageState[];
}

/**
 * The reads of a log, each one statement and so one snapshot: the right to read, the head, the epoch and the rows.
 * Undefined: there is no such log, or the user may not read it.
 */
@Injectable()
export class LogRepository {
  private readonly openings: WaitingLine;

  constructor(
    private readonly prepared: PreparedStatements,
    settings: Settings,
    clock: Clock,
  ) {
    this.openings = new WaitingLine(Math.ceil(settings.DATABASE_POOL_SIZE / 2), clock);
  }

  /** By `seq`. Without `after` the latest ones (before `before`); with it the earliest after it. */
  async messages(
    reading: LogReading,
    { before, after, limit }: { before?: number | undefined; after?: number | undefined; limit: number },
  ): Promise<MessageState[] | undefined> {
    const order = after === undefined ? LATEST : EARLIEST;
    const stretch = await this.stretch(order, [...keyOf(reading), before ?? null, after ?? null, limit]);
    return stretch?.messages.sort(bySeq);
  }

  /** By `rev`: every message whose latest change is after `since`. */
  changes(reading: LogReading, since: number, limit: number): Promise<LogStretch | undefined> {
    return this.stretch(CHANGES, [...keyOf(reading), since, limit]);
  }

  /** By `rev`, whoever reads it: for the streams of a node, which ask for the rights themselves. */
  hole(conversationId: ConversationId, since: number): Promise<LogStretch | undefined> {
    return this.stretch(HOLE, [conversationId, since]);
  }

  /**
   * The latest `history` messages, and what was missed since `since`, up to one page more than is replayed at a time.
   * Thousands who come back at once wait in line: in the pool's own queue they would be refused for waiting.
   */
  async opening(
    reading: LogReading,
    { history, since, epoch }: { history: number; since: number | undefined; epoch: string | undefined },
  ): Promise<LogOpening | undefined> {
    const values = [...keyOf(reading), history, since ?? null, epoch ?? null];
    const rows = await this.openings.run(() => this.prepared.arrays<OpeningRow>(OPENING, values));
    if (rows[0] === undefined) return undefined;
    const [missed, latest] = [rows.filter((row) => row[22]), rows.filter((row) => row[22] === false)];
    return {
      ...headOf(rows[0]),
      history: statesOf(latest).sort(bySeq),
      complete: rows[0][23],
      missed: statesOf(missed).sort(byRev),
    };
  }

  async readersAmong(conversationId: ConversationId, userIds: readonly UserId[]): Promise<Set<UserId>> {
    const rows = await this.prepared.arrays<[UserId]>(READERS, [conversationId, userIds]);
    return new Set(rows.map(([id]) => id));
  }

  private async stretch(statement: Statement, values: unknown[]): Promise<LogStretch | undefined> {
    const rows = await this.prepared.arrays<LogRow>(statement, values);
    return rows[0] && { ...headOf(rows[0]), messages: statesOf(rows).sort(byRev) };
  }
}

function keyOf({ conversationId, userId, kind }: LogReading): unknown[] {
  return [conversationId, userId, kind ?? null];
}

// The plans keep the order of their index, which SQL does not promise through a join.
const bySeq = (a: MessageState, b: MessageState) => a.seq - b.seq;
const byRev = (a: MessageState, b: MessageState) => a.rev - b.rev;

function headOf([lastSeq, membershipVersion, epoch]: LogRow | OpeningRow): ConversationHead & { epoch: string } {
  return { lastSeq, membershipVersion, epoch: epoch ?? '' };
}

const logger = new Logger(LogRepository.name);

function statesOf(rows: readonly (LogRow | OpeningRow)[]): MessageState[] {
  const [first] = rows;
  return first === undefined || (first[3] as MessageId | null) === null ? [] : rows.map(stateOf);
}

const isTime = (text: string | null) => text === null || text.endsWith('Z');

function stateOf(row: LogRow | OpeningRow): MessageState {
  const deletedAt = row[17];
  const unreadable = !isTime(row[15]) || !isTime(row[16]) || !isTime(deletedAt);
  if (unreadable)
    logger.error({ msg: 'unreadable row of a log', error_id: row[3], conversation_id: row[4], rev: row[6] });
  return {
    id: row[3],
    conversationId: row[4],
    seq: row[5],
    rev: row[6],
    kind: row[7],
    senderId: row[8],
    senderUsername: row[9],
    // A deleted message keeps its place, without its content.
    content: deletedAt === null ? row[10] : '',
    nonce: row[11],
    replyToId: row[12],
    mentions: deletedAt === null ? row[13] : [],
    attachments: deletedAt === null ? (row[19] ?? NONE) : NONE,
    reactions: deletedAt === null ? (row[20] ?? NONE) : NONE,
    pinned: row[14],
    createdAt: row[15],
    editedAt: row[16],
    deletedAt,
    deletedBy: row[21],
    ...(row[18] && deletedAt === null && { call: row[18] }),
    ...(unreadable && { unreadable }),
  };
}
