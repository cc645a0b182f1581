import type { UserId } from '../common/ids.js';
import { partsOf, sizeOf } from './internal/change-size.js';
import { asOf, News } from './internal/news.js';
import type { Change } from './message.js';

/** What may wait while a subscriber reads its snapshot; beyond that it reads the rest from Postgres. */
const HELD_LIMIT = 1000;
const HELD_LIMIT_BYTES = 4 * 1024 * 1024;
/** What a subscriber who catches up is given before it has taken what it got. */
const PART_BYTES = 64 * 1024;
/** Runs that wait while a stream is stopped; beyond that it goes on without stopping. */
const STOPPED_LIMIT = 64;

export interface FeedSubscriber {
  userId: UserId;
  /**
   * The changes of the run from this index on, in the order of the log; all subscribers of a conversation get the same
   * array. Must not throw, and must not wait for anything.
   */
  deliver(run: readonly Change[], from: number): void;
  /** Resolves once it has taken most of what it was given, or is gone: it catches up as fast as that. */
  drained(): Promise<void>;
  /** The user may not read the conversation any more: nothing later is delivered. */
  revoked(): void;
}

/** Where a live stream has to stop until it is resumed. */
export interface Stops {
  /** The index behind what may be delivered now. */
  until(run: readonly Change[], from: number): number;
}

/** What a subscription is one of. */
export interface SubscriptionSource {
  remove(subscription: FeedSubscription): void;
  /** The next page of changes after this number. */
  readFrom(from: number): Promise<{ changes: Change[]; head: number; hasMore: boolean }>;
}

/** A subscriber's place in the stream of one conversation. */
export class FeedSubscription {
  /** Asked before a live run is delivered; without it nothing stops the stream. */
  stops: Stops | undefined;
  /** The number of the latest change that it was given, or had in its snapshot; undefined until it is released. */
  private position: number | undefined;
  /** The head of its snapshot: it may know every message that was made up to this. */
  private start = 0;
  private held: (readonly Change[])[] = [];
  private heldCount = 0;
  private heldBytes = 0;
  private overflowed = false;
  private detached = false;
  /** What has come since it was stopped; undefined: it runs. */
  private stopped: (readonly Change[])[] | undefined;
  private waiters: { rev: number; wake: () => void }[] | undefined;

  constructor(
    readonly subscriber: FeedSubscriber,
    private readonly source: SubscriptionSource,
  ) {}

  /** From now on it gets every change after `rev`, the head of the snapshot that it has read and sent. */
  async release(rev: number): Promise<void> {
    this.start = rev;
    let from = rev;
    while (!this.detached && (this.overflowed || this.held.length > 0)) {
      const { overflowed } = this;
      const held = this.takeHeld();
      from = overflowed ? await this.replay(from) : await this.giveAll(held, from);
    }
    if (this.detached) return;
    this.position = from;
    this.wake();
  }

  /** Whether the change with this number has been delivered, or is covered by the snapshot. */
  isAt(rev: number): boolean {
    return this.position !== undefined && this.position >= rev;
  }

  /** Resolves once it has, or once the subscription has ended. */
  reached(rev: number): Promise<void> {
    if (this.isAt(rev)) return Promise.resolve();
    return new Promise((wake) => {
      (this.waiters ??= []).push({ rev, wake });
    });
  }

  detach(): void {
    if (this.detached) return;
    this.detached = true;
    this.position = Number.MAX_SAFE_INTEGER;
    this.stopped = undefined;
    this.takeHeld();
    this.wake();
    this.source.remove(this);
  }

  /** Goes on where it was stopped. */
  resume(): void {
    const waiting = this.stopped ?? [];
    this.stopped = undefined;
    for (const run of waiting) this.take(run);
  }

  /** For the reader: changes of the log, in order. */
  take(run: readonly Change[]): void {
    if (this.position === undefined) {
      this.hold(run);
      return;
    }
    if (this.stopped) {
      this.stopped.push(run);
      if (this.stopped.length <= STOPPED_LIMIT) return;
      const waiting = this.stopped;
      this.stopped = undefined;
      for (const each of waiting) this.pass(each, each.length);
      return;
    }
    const until = this.stops?.until(run, firstAfter(run, this.position)) ?? run.length;
    if (until < run.length) this.stopped = [run.slice(until)];
    this.pass(run, until);
  }

  /** Delivers the run up to this index, but for what was delivered before. */
  private pass(run: readonly Change[], until: number): void {
    const position = this.position ?? 0;
    const last = run[until - 1]?.rev ?? position;
    if (last <= position) return;
    this.position = last;
    const due = asOf(run, this.start);
    this.subscriber.deliver(until === run.length ? due : due.slice(0, until), firstAfter(run, position));
    if (this.waiters) this.wake();
  }

  private async replay(after: number): Promise<number> {
    let from = after;
    const news = new News(after);
    for (let hasMore = true; hasMore && !this.detached;) {
      const page = await this.source.readFrom(from);
      await this.give(news.mark(page.changes));
      from = Math.max(from, page.head);
      ({ hasMore } = page);
    }
    return from;
  }

  private async giveAll(runs: readonly (readonly Change[])[], after: number): Promise<number> {
    let from = after;
    for (const run of runs) {
      const index = firstAfter(run, from);
      if (index < run.length) await this.give(asOf(run, this.start).slice(index));
      from = Math.max(from, run.at(-1)?.rev ?? from);
    }
    return from;
  }

  /** As fast as the subscriber takes it: a slow one fills no memory, and is not cut for what it has asked for. */
  private async give(changes: readonly Change[]): Promise<void> {
    for (const part of partsOf(changes, PART_BYTES)) {
      if (this.detached) return;
      this.subscriber.deliver(part, 0);
      await this.subscriber.drained();
    }
  }

  private hold(run: readonly Change[]): void {
    if (this.overflowed) return;
    let bytes = this.heldBytes;
    for (const change of run) bytes += sizeOf(change);
    this.overflowed = this.heldCount + run.length > HELD_LIMIT || bytes > HELD_LIMIT_BYTES;
    if (this.overflowed) {
      this.held = [];
      return;
    }
    this.held.push(run);
    this.heldCount += run.length;
    this.heldBytes = bytes;
  }

  private takeHeld(): (readonly Change[])[] {
    const { held } = this;
    this.held = [];
    this.heldCount = 0;
    this.heldBytes = 0;
    this.overflowed = false;
    return held;
  }

  private wake(): void {
    const position = this.position ?? 0;
    const waiters = this.waiters ?? [];
    const later = waiters.filter(({ rev }) => rev > position);
    this.waiters = later.length > 0 ? later : undefined;
    for (const { rev, wake } of waiters) if (rev <= position) wake();
  }
}

/** The index of the first change after this number. */
function firstAfter(run: readonly Change[], rev: number): number {
  let index = 0;
  while (index < run.length && (run[index]?.rev ?? 0) <= rev) index += 1;
  return index;
}
