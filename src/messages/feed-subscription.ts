import type { UserId } from '../common/ids.js';
import type { Change } from './message.js';

/** Changes that may wait while a subscriber reads its snapshot; beyond that it reads the rest from Postgres. */
const HELD_LIMIT = 1000;

export interface FeedSubscriber {
  userId: UserId;
  /** A change, in the order of the log. Must not throw, and must not wait for anything. */
  deliver(change: Change): void;
  /** The user may not read the conversation any more: nothing later is delivered. */
  revoked(): void;
}

/** A subscriber's place in the stream of one conversation. */
export class FeedSubscription {
  /** The number of the latest change that it was given, or had in its snapshot; undefined until it is released. */
  private position: number | undefined;
  private held: Change[] = [];
  private overflowed = false;
  private detached = false;
  private waiters: { rev: number; wake: () => void }[] = [];

  constructor(
    readonly subscriber: FeedSubscriber,
    private readonly onDetach: () => void,
    private readonly catchUp: (from: number) => Promise<{ changes: Change[]; head: number; hasMore: boolean }>,
  ) {}

  /** From now on it gets every change after `rev`, the head of the snapshot that it has read and sent. */
  async release(rev: number): Promise<void> {
    let from = rev;
    while (this.overflowed) {
      this.overflowed = false;
      this.held = [];
      from = await this.replay(from);
    }
    if (this.detached) return;
    const held = this.held;
    this.held = [];
    this.position = from;
    for (const change of held) this.take(change);
    this.wake();
  }

  private async replay(after: number): Promise<number> {
    let from = after;
    for (let hasMore = true; hasMore && !this.detached;) {
      const page = await this.catchUp(from);
      for (const change of page.changes) this.deliverOpen(change);
      from = Math.max(from, page.head);
      ({ hasMore } = page);
    }
    return from;
  }

  /** Whether the change with this number has been delivered, or is covered by the snapshot. */
  isAt(rev: number): boolean {
    return this.position !== undefined && this.position >= rev;
  }

  /** Resolves once it has, or once the subscription has ended. */
  reached(rev: number): Promise<void> {
    if (this.isAt(rev)) return Promise.resolve();
    return new Promise((wake) => {
      this.waiters.push({ rev, wake });
    });
  }

  detach(): void {
    if (this.detached) return;
    this.detached = true;
    this.position = Number.MAX_SAFE_INTEGER;
    this.held = [];
    this.wake();
    this.onDetach();
  }

  /** For the reader: a change of the log, in order. */
  take(change: Change): void {
    if (this.position === undefined) {
      this.hold(change);
    } else if (change.rev > this.position) {
      this.position = change.rev;
      this.subscriber.deliver(change);
      if (this.waiters.length > 0) this.wake();
    }
  }

  private deliverOpen(change: Change): void {
    if (!this.detached) this.subscriber.deliver(change);
  }

  private hold(change: Change): void {
    if (this.held.length < HELD_LIMIT) this.held.push(change);
    else this.overflowed = true;
  }

  private wake(): void {
    const position = this.position ?? 0;
    const due = this.waiters.filter(({ rev }) => rev <= position);
    this.waiters = this.waiters.filter(({ rev }) => rev > position);
    for (const { wake } of due) wake();
  }
}
