import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { RateLimited, Unavailable } from '../../common/domain-error.js';
import { Ids } from '../../common/ids.js';
import type { ConversationId, MessageId } from '../../common/ids.js';
import { RowLocked } from '../../infra/database/database-errors.js';
import { ConversationFeed } from '../conversation-feed.js';
import type { Change, Sent } from '../message.js';
import { AttachmentNotFound, Blocked, MessageNotFound, NoAccess, NonceReused } from '../messages.errors.js';
import { LogAppend } from '../persistence/log-append.js';
import type { AppendOutcome, LockMode } from '../persistence/log-append.js';
import { CrowdWait } from './crowd-wait.js';
import { DraftLines } from './draft-lines.js';
import type { Batch, Turn } from './draft-lines.js';
import { LogMetrics } from './log-metrics.js';
import { messageOf, pendingDraft } from './pending-draft.js';
import type { PendingDraft, Submission } from './pending-draft.js';

/** Statements that are under way at once, each with a connection of the pool in its hands. */
const AT_ONCE = { any: 1, shared: 1, alone: 2 };
const TURNS = ['any', 'shared', 'alone'] as const;
const LOCKS = { any: 'skip', shared: 'wait briefly', alone: 'wait' } as const satisfies Record<Turn, LockMode>;
/** A draft that has waited this long for one of those places is refused. */
const CONTENDED_WAIT_MS = 1000;
const RETRY_MS = { least: 100, most: 5000 };

type Outcome = AppendOutcome | { is: 'failed'; error: unknown };

/**
 * Commits messages to the logs: the drafts that arrive while a batch is being written are the next one
 * (docs/adr/0006-batched-log-writer.md). On an idle server a draft is written at once.
 */
@Injectable()
export class LogWriter implements OnApplicationShutdown {
  private readonly lines = new DraftLines();
  private readonly crowds: Record<'any' | 'shared', CrowdWait>;
  private readonly underWay = { any: 0, shared: 0, alone: 0 };
  /** What a draft of the latest batch took. */
  private msPerDraft = 1;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly log: LogAppend,
    private readonly feed: ConversationFeed,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly metrics: LogMetrics,
  ) {
    // Of logs that other nodes write too, they write while this node tells: so all of its crowd is gathered, not half.
    this.crowds = { any: this.crowdOf('any', 0.5), shared: this.crowdOf('shared', 1) };
  }

  /**
   * Resolves when it is committed and announced.
   *
   * @throws NoAccess, NonceReused, RateLimited (slow mode), Blocked, MessageNotFound, AttachmentNotFound, Unavailable
   */
  write(submission: Submission): Promise<Sent> {
    return this.begin(submission).sent;
  }

  /** As `write`, and at once the id that the message will have, unless its nonce is a repeated one. */
  begin(submission: Submission): { id: MessageId; sent: Promise<Sent> } {
    const id = this.ids.next<MessageId>();
    return { id, sent: this.put(id, submission) };
  }

  private put(id: MessageId, submission: Submission): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const draft = pendingDraft(id, submission, { since: this.clock.now(), resolve, reject });
      const accepted = !this.whenIdle && this.lines.add(draft);
      if (accepted) this.dispatch();
      else this.refuse(draft);
    });
  }

  private refuse(draft: PendingDraft): void {
    this.metrics.count('refused');
    draft.reject(new Unavailable(this.retryAfterMs()));
  }

  /** What has been accepted is written or refused before the connections to Postgres are closed. */
  onApplicationShutdown(): Promise<void> {
    return new Promise((resolve) => {
      this.whenIdle = resolve;
      if (this.lines.size === 0) resolve();
    });
  }

  private crowdOf(turn: Turn, share: number): CrowdWait {
    const { lines } = this;
    const crowded = {
      get waiting() {
        return lines.waiting(turn);
      },
      over: () => {
        this.dispatch();
      },
    };
    return new CrowdWait(this.clock, crowded, share);
  }

  private dispatch(): void {
    for (const turn of TURNS) {
      while (this.underWay[turn] < AT_ONCE[turn] && (turn === 'alone' || !this.crowds[turn].holds)) {
        const batch = this.lines.take(turn);
        if (batch === undefined) break;
        void this.commit(batch, turn);
      }
    }
  }

  /** The next batch is on its way before this one is told of: Postgres works while this node delivers. */
  private async commit(batch: Batch, turn: Turn): Promise<void> {
    const { drafts } = batch;
    const began = this.clock.now();
    const sentAt = this.clock.date().toISOString();
    this.underWay[turn] += 1;
    const outcomes = await this.attempt(drafts, sentAt, turn);
    this.underWay[turn] -= 1;
    this.msPerDraft = (this.clock.now() - began) / drafts.length;
    if (turn !== 'any') this.refuseLocked(batch, outcomes[0]);
    const busy = drafts.filter((_, n) => outcomes[n]?.is === 'busy');
    if (busy.length > 0) this.lines.putBack(batch, busy);
    this.lines.release(batch);
    if (turn !== 'alone') this.crowds[turn].begin(drafts.length + this.lines.waiting(turn));
    this.dispatch();
    this.settle(drafts, outcomes, sentAt);
  }

  /**
   * One outcome each, whatever happens. A batch that Postgres refuses is halved until the refusal is its own draft's
   * alone; one whose outcome is not known is not tried again, because what has no nonce would be stored twice.
   */
  private async attempt(drafts: readonly PendingDraft[], sentAt: string, turn: Turn): Promise<Outcome[]> {
    try {
      return await this.log.append(drafts, sentAt, LOCKS[turn]);
    } catch (error) {
      const locked = error instanceof RowLocked;
      if (locked && turn === 'any') return drafts.map(() => ({ is: 'busy' }));
      // Tells which of them it was: the others need not wait for it.
      if (locked && turn === 'shared') return this.attempt(drafts, sentAt, 'any');
      const final = locked ? isOfOneLog(drafts) : error instanceof Unavailable || drafts.length === 1;
      if (final) return drafts.map(() => ({ is: 'failed', error }));
      const half = Math.ceil(drafts.length / 2);
      const first = await this.attempt(drafts.slice(0, half), sentAt, 'alone');
      return [...first, ...(await this.attempt(drafts.slice(half), sentAt, 'alone'))];
    }
  }

  /** Whoever waits behind a lock that was waited for in vain, or too long for a place to wait for one. */
  private refuseLocked(batch: Batch, outcome: Outcome | undefined): void {
    const inVain = outcome?.is === 'failed' && outcome.error instanceof RowLocked;
    const behind = inVain ? this.lines.clear(batch) : [];
    const late = this.lines.clearContended(this.clock.now() - CONTENDED_WAIT_MS);
    for (const draft of [...behind, ...late]) {
      this.metrics.count('failed');
      this.lines.settled(draft);
      draft.reject(new RowLocked());
    }
  }

  /** Each log's changes are announced together, in order, and before their senders are answered. */
  private settle(drafts: readonly PendingDraft[], outcomes: readonly Outcome[], sentAt: string): void {
    const changes = drafts.map((draft, n) => changeOf(draft, outcomes[n], sentAt));
    this.metrics.written(drafts, outcomes, this.clock.now());
    for (const [conversationId, ofLog] of byLog(changes)) this.feed.announce(conversationId, ofLog);
    drafts.forEach((draft, n) => {
      const outcome = outcomes[n];
      if (outcome === undefined || outcome.is === 'busy') return;
      this.lines.settled(draft);
      answer(draft, outcome, changes[n]);
    });
    if (this.lines.size === 0) this.whenIdle?.();
  }

  /** When what waits now will have been written, at the pace of the latest batch. */
  private retryAfterMs(): number {
    const ms = Math.ceil(this.lines.size * this.msPerDraft);
    return Math.min(Math.max(ms, RETRY_MS.least), RETRY_MS.most);
  }
}

function byLog(changes: readonly (Change | undefined)[]): Map<ConversationId, Change[]> {
  const logs = new Map<ConversationId, Change[]>();
  for (const change of changes) {
    if (change === undefined) continue;
    const { conversationId } = change.message;
    const log = logs.get(conversationId);
    if (log) log.push(change);
    else logs.set(conversationId, [change]);
  }
  return logs;
}

function isOfOneLog(drafts: readonly PendingDraft[]): boolean {
  return drafts.every(({ conversationId }) => conversationId === drafts[0]?.conversationId);
}

function changeOf(draft: PendingDraft, outcome: Outcome | undefined, sentAt: string): Change | undefined {
  if (outcome?.is !== 'stored') return undefined;
  const { seq, membershipVersion } = outcome;
  return { rev: seq, membershipVersion, message: messageOf(draft, sentAt, outcome) };
}

function answer(draft: PendingDraft, outcome: Exclude<Outcome, { is: 'busy' }>, change: Change | undefined): void {
  switch (outcome.is) {
    case 'stored':
      if (change) draft.resolve({ message: change.message, duplicate: false });
      return;
    case 'duplicate':
      draft.resolve({ message: outcome.earlier, duplicate: true });
      return;
    case 'conflict':
      draft.reject(new NonceReused());
      return;
    case 'no_access':
      draft.reject(new NoAccess());
      return;
    case 'blocked':
      draft.reject(new Blocked());
      return;
    case 'no_message':
      draft.reject(new MessageNotFound());
      return;
    case 'no_attachment':
      draft.reject(new AttachmentNotFound());
      return;
    case 'rate_limited':
      draft.reject(new RateLimited(outcome.retryAfterMs));
      return;
    case 'failed':
      draft.reject(outcome.error);
  }
}
