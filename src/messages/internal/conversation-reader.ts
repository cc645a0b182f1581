import { Logger } from '@nestjs/common';
import type { BackgroundTasks } from '../../common/background-tasks.js';
import type { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import type { ConversationId } from '../../common/ids.js';
import type { ConversationHead } from '../../conversations/conversation.js';
import { ConversationNotFound } from '../../conversations/conversations.errors.js';
import { FeedSubscriber, FeedSubscription, SubscriptionSource } from '../feed-subscription.js';
import type { Change } from '../message.js';
import { ChangesAhead } from './changes-ahead.js';
import type { LogPage, LogSource } from './log-source.js';
import { News } from './news.js';

/** A notification that overtook another may be waited for this long, before the hole is read from Postgres. */
const HOLE_WAIT_MS = 30;
/** A read that failed is tried again after this time. */
const RETRY_MS = 500;

interface ReaderServices {
  source: LogSource;
  clock: Clock;
  tasks: BackgroundTasks;
  subscribe(listener: (changes: readonly Change[]) => void): Promise<Cancel>;
  /** Its last subscriber has gone. */
  onEmpty(reader: ConversationReader): void;
}

/**
 * One conversation's stream on this node (architecture section 4): delivers each change once, in order. What follows the
 * cursor is delivered, as many at once as came together; what is old is dropped, what is ahead kept until the hole before
 * it is filled. A newer membership version stops the delivery until the subscribers have been checked.
 */
export class ConversationReader implements SubscriptionSource {
  /** Resolves once nothing that commits from now on can be missed. */
  readonly ready: Promise<void>;
  private readonly logger = new Logger(ConversationReader.name);
  private readonly subscriptions = new Set<FeedSubscription>();
  private readonly ahead = new ChangesAhead();
  private cursor = 0;
  private membershipVersion = 0;
  private unsubscribe: Cancel = () => undefined;
  /** Something has to be read, whatever notifications come: more came than is kept, or a read has failed. */
  private behind = false;
  private nextFill: Cancel | undefined;
  private filling = false;
  private started = false;
  /** Read by a check before the start was over: it may be newer than the head that the start has read. */
  private earlyHead: ConversationHead | undefined;
  private closed = false;

  constructor(
    readonly conversationId: ConversationId,
    private readonly services: ReaderServices,
  ) {
    this.ready = this.start();
    // Awaited by each subscriber; a failure with none left is nobody's.
    this.ready.catch(() => undefined);
  }

  add(subscriber: FeedSubscriber): FeedSubscription {
    const subscription = new FeedSubscription(subscriber, this);
    this.subscriptions.add(subscription);
    return subscription;
  }

  remove(subscription: FeedSubscription): void {
    this.subscriptions.delete(subscription);
    if (this.subscriptions.size === 0) this.services.onEmpty(this);
  }

  /** A page of the log, for those who may read it still: the others have been detached. */
  async readFrom(from: number): Promise<LogPage> {
    const page = await this.services.source.read(this.conversationId, from);
    if (page.membershipVersion > this.membershipVersion) await this.checkSubscribers(page.membershipVersion);
    return page;
  }

  close(): void {
    this.closed = true;
    this.cancelFill();
    this.unsubscribe();
  }

  /** The log's head, read by the regular check: catches up with what no notification told. */
  compare(head: ConversationHead): void {
    if (!this.started) this.earlyHead = head;
    const { lastSeq, membershipVersion } = head;
    if (!this.started || (lastSeq <= this.cursor && membershipVersion <= this.membershipVersion)) return;
    // A read under way may have begun before what this head counts was committed.
    if (this.filling) this.behind = true;
    else this.fill();
  }

  /** The conversation has been deleted: there is nothing to read any more. */
  end(): void {
    for (const subscription of [...this.subscriptions]) revoke(subscription);
  }

  /** Subscribe first, then read the head: what commits between the two is ahead of it, or in it. */
  private async start(): Promise<void> {
    const cancel = await this.services.subscribe((changes) => {
      this.notice(changes);
    });
    this.unsubscribe = cancel;
    if (this.closed) cancel();
    const head = await this.services.source.head(this.conversationId);
    this.cursor = head?.lastSeq ?? 0;
    this.membershipVersion = head?.membershipVersion ?? 0;
    this.started = true;
    this.drain();
    if (this.earlyHead) this.compare(this.earlyHead);
  }

  private notice(changes: readonly Change[]): void {
    if (this.closed) return;
    if (this.isNext(changes)) {
      this.deliver(changes);
      return;
    }
    for (const change of changes) {
      if (change.rev > this.cursor && !this.ahead.keep(change)) this.behind = true;
    }
    if (this.started) this.drain();
  }

  /** As nearly always: nothing is missing before them or between them, so they go on as they came. */
  private isNext(changes: readonly Change[]): boolean {
    if (!this.started || this.filling || !this.ahead.isEmpty) return false;
    return changes.every(({ rev }, index) => rev === this.cursor + 1 + index) && this.allKnown(changes);
  }

  /** Whether the subscribers have been checked since these were committed. */
  private allKnown(changes: readonly Change[]): boolean {
    return changes.every(({ membershipVersion }) => membershipVersion <= this.membershipVersion);
  }

  /** Delivers what is next in order; what is left is ahead of a hole. */
  private drain(): void {
    if (this.filling) return;
    const run = this.ahead.after(this.cursor);
    // What was committed after a removal is read, which checks the subscribers first.
    const unknown = run.findIndex(({ membershipVersion }) => membershipVersion > this.membershipVersion);
    this.deliver(unknown < 0 ? run : run.slice(0, unknown));
    this.ahead.forget(this.cursor);
    if (unknown >= 0) this.fill();
    else if (this.behind || !this.ahead.isEmpty) this.fillAfter(HOLE_WAIT_MS);
    else this.cancelFill();
  }

  /** Changes by number, the first of them after the cursor. */
  private deliver(run: readonly Change[]): void {
    const last = run.at(-1);
    if (last === undefined) return;
    this.cursor = last.rev;
    for (const subscription of this.subscriptions) subscription.take(run);
  }

  private fillAfter(ms: number): void {
    this.nextFill ??= this.services.clock.after(ms, () => {
      this.fill();
    });
  }

  private cancelFill(): void {
    this.nextFill?.();
    this.nextFill = undefined;
  }

  /** Reads everything after the cursor, one read at a time. */
  private fill(): void {
    this.cancelFill();
    if (this.filling || this.closed) return;
    this.filling = true;
    this.behind = false;
    this.services.tasks.run('read a log on', () => this.readOnOrRetry());
  }

  private async readOnOrRetry(): Promise<void> {
    try {
      await this.readOn();
      this.filling = false;
      this.drain();
    } catch (error) {
      this.filling = false;
      if (error instanceof ConversationNotFound) {
        this.end();
        return;
      }
      this.behind = true;
      if (!this.closed) this.fillAfter(RETRY_MS);
      // Postgres is away, which others tell: each conversation's retries would only flood the log.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  private async readOn(): Promise<void> {
    const news = new News(this.cursor);
    for (let hasMore = true; hasMore && !this.closed;) {
      const page = await this.readFrom(this.cursor);
      this.deliver(news.mark(page.changes.filter(({ rev }) => rev > this.cursor)));
      this.cursor = Math.max(this.cursor, page.head);
      ({ hasMore } = page);
    }
  }

  /**
   * Nobody who was removed gets anything that was committed after it. One who attaches meanwhile is not asked about: its
   * own snapshot was as new as `version`. A removal after that has a newer version, and so is known only when its own
   * check is done, whatever this one's answer has seen.
   */
  private async checkSubscribers(version: number): Promise<void> {
    const { conversationId } = this;
    const asked = [...this.subscriptions];
    const userIds = asked.map(({ subscriber }) => subscriber.userId);
    const readers = await this.services.source.readersAmong(conversationId, userIds);
    for (const subscription of asked) {
      if (readers.has(subscription.subscriber.userId)) continue;
      this.logger.log({
        msg: 'reader removed',
        conversation_id: conversationId,
        user_id: subscription.subscriber.userId,
      });
      revoke(subscription);
    }
    this.membershipVersion = Math.max(this.membershipVersion, version);
  }
}

function revoke(subscription: FeedSubscription): void {
  subscription.detach();
  subscription.subscriber.revoked();
}
