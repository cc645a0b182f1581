import type { Cancel, Clock } from '../../common/clock.js';
import type { Relayed } from './relayed.js';

/** So long a signal waits for word of its sender's join, which comes another way. */
const WAIT_MS = 1000;
const MOST_WAITING = 1024;

/** Signals that have come before their senders' joins were told here, in the order of coming. */
export class EarlySignals {
  private waiting: { signal: Relayed; until: number }[] = [];
  private timer: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly pass: (signal: Relayed) => void,
  ) {}

  hold(signal: Relayed): void {
    if (this.waiting.length >= MOST_WAITING) return;
    this.waiting.push({ signal, until: this.clock.now() + WAIT_MS });
    this.arm();
  }

  /** All that the set's version counts has been told. */
  reached(version: number): void {
    if (this.waiting.length > 0) this.release(({ signal }) => signal.entered <= version);
  }

  stop(): void {
    this.timer?.();
    this.waiting = [];
  }

  private arm(): void {
    const [first] = this.waiting;
    if (!first || this.timer) return;
    this.timer = this.clock.after(first.until - this.clock.now(), () => {
      this.timer = undefined;
      const now = this.clock.now();
      this.release(({ until }) => until <= now);
    });
  }

  private release(isReady: (early: { signal: Relayed; until: number }) => boolean): void {
    const ready = this.waiting.filter(isReady);
    this.waiting = this.waiting.filter((early) => !isReady(early));
    if (this.waiting.length === 0) {
      this.timer?.();
      this.timer = undefined;
    }
    this.arm();
    for (const { signal } of ready) this.pass(signal);
  }
}
