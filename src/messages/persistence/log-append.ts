import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { ConversationKind } from '../../conversations/conversation.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { MessageState } from '../message.js';
import { stateOf } from './message.repository.js';
import type { MessageRow } from './message.repository.js';

/** One message to store, unless its log refuses it. */
export interface Appendable {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  readonly senderId: UserId;
  readonly content: string;
  /** Undefined: whichever kind it is. */
  readonly expectedKind: ConversationKind | undefined;
  readonly nonce: string | undefined;
  /** Undefined without a nonce. */
  readonly draftHash: Buffer | undefined;
  /** The usernames that the content may mention, with spaces between. */
  readonly mentionedNames: string | undefined;
}

export type AppendOutcome =
  | { is: 'stored'; seq: number; senderUsername: string; membershipVersion: number; mentions: UserId[] }
  | { is: 'duplicate'; earlier: MessageState }
  | { is: 'conflict' }
  | { is: 'no_access' }
  | { is: 'rate_limited'; retryAfterMs: number }
  | { is: 'busy' };

/** `skip`: drafts of logs that somebody else holds come back as `busy`; `wait`: up to the lock's time limit. */
export type LockMode = 'skip' | 'wait';

interface JsonRow extends Omit<MessageRow, 'created_at' | 'edited_at' | 'deleted_at' | 'username'> {
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
}

type ResultRow = [
  draft: number,
  outcome: AppendOutcome['is'],
  seq: number | null,
  username: string | null,
  membershipVersion: number | null,
  mentions: UserId[] | null,
  retryAfterMs: number | null,
  earlier: JsonRow | null,
];

const APPEND = statement('SELECT * FROM append_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)');

/** The one statement that makes changes of the logs (docs/adr/0006-batched-log-writer.md). */
@Injectable()
export class LogAppend {
  constructor(private readonly statements: PreparedStatements) {}

  /**
   * Commits them together, in the order given within each log. One outcome each, in the same order.
   *
   * @throws RowLocked, Unavailable, or what Postgres has against one of them: nothing was stored, but where Unavailable
   * is no RowLocked it is not known
   */
  async append(messages: readonly Appendable[], sentAt: string, lock: LockMode): Promise<AppendOutcome[]> {
    const rows = await this.statements.arrays<ResultRow>(APPEND, [
      lock === 'skip',
      sentAt,
      uuids(new Set(messages.map(({ conversationId }) => conversationId))),
      uuids(messages.map(({ id }) => id)),
      uuids(messages.map(({ conversationId }) => conversationId)),
      uuids(messages.map(({ senderId }) => senderId)),
      messages.map(({ content }) => content),
      someOf(messages.map(({ expectedKind }) => expectedKind)),
      someOf(messages.map(({ nonce }) => nonce)),
      someOf(messages.map(({ draftHash }) => draftHash)),
      someOf(messages.map(({ mentionedNames }) => mentionedNames)),
    ]);
    const outcomes = new Array<AppendOutcome>(messages.length);
    for (const row of rows) outcomes[row[0] - 1] = outcomeOf(row);
    return outcomes;
  }
}

/** A literal of uuid[], whose elements need no quotes. */
function uuids(ids: Iterable<string>): string {
  return `{${[...ids].join()}}`;
}

/** Null when nobody has any: the statement then has less to read. */
function someOf<T>(values: (T | undefined)[]): (T | undefined)[] | null {
  return values.some((value) => value !== undefined) ? values : null;
}

function outcomeOf([
  ,
  is,
  seq,
  username,
  membershipVersion,
  mentions,
  retryAfterMs,
  earlier,
]: ResultRow): AppendOutcome {
  switch (is) {
    case 'stored':
      return {
        is,
        seq: seq ?? 0,
        senderUsername: username ?? '',
        membershipVersion: membershipVersion ?? 0,
        mentions: mentions ?? [],
      };
    case 'duplicate':
      if (earlier === null) return { is: 'no_access' };
      return { is, earlier: stateOf({ ...earlier, ...timesOf(earlier), username: username ?? '' }) };
    case 'rate_limited':
      return { is, retryAfterMs: retryAfterMs ?? 0 };
    default:
      return { is };
  }
}

function timesOf(row: JsonRow): Pick<MessageRow, 'created_at' | 'edited_at' | 'deleted_at'> {
  const date = (text: string | null) => (text === null ? null : new Date(text));
  return {
    created_at: new Date(row.created_at),
    edited_at: date(row.edited_at),
    deleted_at: date(row.deleted_at),
  };
}
