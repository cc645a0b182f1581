import { Injectable } from '@nestjs/common';
import type { Attachment } from '../../attachments/attachment.js';
import type { AttachmentId, ConversationId, MessageId, UserId } from '../../common/ids.js';
import type { ConversationKind } from '../../conversations/conversation.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import { parserOf, UUID_ARRAY } from '../../infra/database/wire-types.js';
import { NONE } from '../message.js';
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
  /** In hexadecimal digits; undefined without a nonce. */
  readonly draftHash: string | undefined;
  /** The usernames that the content may mention, with spaces between. */
  readonly mentionedNames: string | undefined;
  readonly replyToId: MessageId | undefined;
  /** Undefined where there are none. */
  readonly attachmentIds: readonly AttachmentId[] | undefined;
}

export type AppendOutcome =
  | (StoredDetails & { is: 'stored'; membershipVersion: number })
  | { is: 'duplicate'; earlier: MessageState }
  | { is: 'conflict' }
  | { is: 'no_access' | 'blocked' | 'no_message' | 'no_attachment' }
  | { is: 'rate_limited'; retryAfterMs: number }
  | { is: 'busy' };

/** What a message has beside what its draft said. */
export type StoredDetails = Pick<MessageState, 'seq' | 'senderUsername' | 'mentions' | 'attachments'>;

/**
 * `skip`: drafts of logs that somebody else holds come back as `busy`; `wait`: up to the lock's time limit; `wait briefly`:
 * as long as another node takes to write a batch.
 */
export type LockMode = 'skip' | 'wait' | 'wait briefly';

interface JsonRow extends Omit<MessageRow, 'created_at' | 'edited_at' | 'deleted_at' | 'username'> {
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
}

/** Values of the drafts, in their order; a column is null where none of them has one. */
type ResultRow = [
  /** Null: all are stored. */
  outcomes: AppendOutcome['is'][] | null,
  seqs: (number | null)[],
  usernames: (string | null)[],
  /** Of the logs, not of the drafts. */
  membershipVersions: (number | null)[],
  mentions: (string | null)[] | null,
  retryAfterMs: (number | null)[] | null,
  earlier: (JsonRow | null)[] | null,
  files: (Attachment[] | null)[] | null,
];

/** The limit holds for the one statement, and is set before the function begins, which needs what that answers. */
const limited = (limit: string) => `set_config('lock_timeout', ${limit}, true) AS limited(ms), LATERAL`;

const APPEND = statement('SELECT * FROM append_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)');
const APPEND_BRIEFLY = statement(
  `SELECT f.* FROM ${limited('$14')} append_messages($1 OR ms IS NULL, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS f`,
);

type LoneRow = [seq: number | null, username: string, membershipVersion: number];

const APPEND_ONE = statement('SELECT * FROM append_message($1, $2, $3, $4, $5, $6, $7, $8, $9)');
const APPEND_ONE_BRIEFLY = statement(
  `SELECT f.* FROM ${limited('$10')} append_message($1 OR ms IS NULL, $2, $3, $4, $5, $6, $7, $8, $9) AS f`,
);

/** The statements that make changes of the logs (docs/adr/0006-batched-log-writer.md). */
@Injectable()
export class LogAppend {
  /** What `wait briefly` is, in ms: many times what a batch takes, and too little to be noticed. */
  brieflyMs = 50;

  constructor(private readonly statements: PreparedStatements) {}

  /**
   * Commits them together, in the order given within each log. One outcome each, in the same order.
   *
   * @throws RowLocked, Unavailable, or what Postgres has against one of them: nothing was stored, but where Unavailable
   * is no RowLocked it is not known
   */
  async append(messages: readonly Appendable[], sentAt: string, lock: LockMode): Promise<AppendOutcome[]> {
    const [lone] = messages;
    if (lone && messages.length === 1 && isPlain(lone)) {
      const stored = await this.appendOne(lone, sentAt, lock);
      if (stored) return [stored];
    }
    return this.appendAll(messages, sentAt, lock);
  }

  /** Undefined: it was not stored, and `append_messages` tells why. */
  private async appendOne(message: Appendable, sentAt: string, lock: LockMode): Promise<AppendOutcome | undefined> {
    const { id, conversationId, senderId, content, expectedKind, nonce, draftHash } = message;
    const [row] = await this.statements.arrays<LoneRow>(lock === 'wait briefly' ? APPEND_ONE_BRIEFLY : APPEND_ONE, [
      lock === 'skip',
      sentAt,
      conversationId,
      id,
      senderId,
      content,
      expectedKind,
      nonce,
      draftHash === undefined ? undefined : `\\x${draftHash}`,
      ...this.limitOf(lock),
    ]);
    const [seq, senderUsername = '', membershipVersion = 0] = row ?? [];
    if (typeof seq !== 'number') return undefined;
    return { is: 'stored', seq, senderUsername, membershipVersion, mentions: [], attachments: NONE };
  }

  private async appendAll(messages: readonly Appendable[], sentAt: string, lock: LockMode): Promise<AppendOutcome[]> {
    // In the order in which they are locked, which saves the function from putting its answers into ours.
    const logIds = [...new Set(messages.map(({ conversationId }) => conversationId))].sort();
    const places = new Map(logIds.map((id, index) => [id, index + 1]));
    const logs = messages.map(({ conversationId }) => places.get(conversationId) ?? 0);
    const [row] = await this.statements.arrays<ResultRow>(lock === 'wait briefly' ? APPEND_BRIEFLY : APPEND, [
      lock === 'skip',
      sentAt,
      plain(logIds),
      plain(messages.map(({ id }) => id)),
      plain(logs),
      plain(messages.map(({ senderId }) => senderId)),
      messages.map(({ content }) => content),
      someOf(messages.map(({ expectedKind }) => expectedKind)),
      someOf(messages.map(({ nonce }) => nonce)),
      byteArrays(messages.map(({ draftHash }) => draftHash)),
      someOf(messages.map(({ mentionedNames }) => mentionedNames)),
      someOf(messages.map(({ replyToId }) => replyToId)),
      someOf(messages.map(({ attachmentIds }) => attachmentIds?.join(' '))),
      ...this.limitOf(lock),
    ]);
    return logs.map((log, n) => outcomeOf(row, n, log - 1));
  }

  private limitOf(lock: LockMode): string[] {
    return lock === 'wait briefly' ? [String(this.brieflyMs)] : [];
  }
}

/** Nothing has to be looked up for it. */
function isPlain({ mentionedNames, replyToId, attachmentIds }: Appendable): boolean {
  return mentionedNames === undefined && replyToId === undefined && attachmentIds === undefined;
}

/** The literal of an array whose elements need no quotes. */
function plain(values: readonly (string | number)[]): string {
  return `{${values.join()}}`;
}

/** The literal of an array of byte strings; null when nobody has any. */
function byteArrays(values: readonly (string | undefined)[]): string | null {
  const given = values.some((value) => value !== undefined);
  return given ? `{${values.map((hex) => (hex === undefined ? 'NULL' : `"\\\\x${hex}"`)).join()}}` : null;
}

/** Null when nobody has any: the statement then has less to read. */
function someOf<T>(values: (T | undefined)[]): (T | undefined)[] | null {
  return values.some((value) => value !== undefined) ? values : null;
}

function outcomeOf(row: ResultRow | undefined, n: number, log: number): AppendOutcome {
  if (row === undefined) throw new Error('append_messages gave no row');
  const [outcomes, seqs, usernames, versions, mentions, retryAfterMs, earlier, files] = row;
  const is = outcomes?.[n] ?? 'stored';
  const senderUsername = usernames[n] ?? '';
  switch (is) {
    case 'stored': {
      const mentioned = mentions?.[n];
      return {
        is,
        seq: seqs[n] ?? 0,
        senderUsername,
        membershipVersion: versions[log] ?? 0,
        mentions: typeof mentioned === 'string' ? (parserOf(UUID_ARRAY)(mentioned) as UserId[]) : [],
        attachments: files?.[n] ?? NONE,
      };
    }
    case 'duplicate': {
      const first = earlier?.[n];
      if (!first) return { is: 'no_access' };
      return { is, earlier: stateOf({ ...first, ...timesOf(first), username: senderUsername }) };
    }
    case 'rate_limited':
      return { is, retryAfterMs: retryAfterMs?.[n] ?? 0 };
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
