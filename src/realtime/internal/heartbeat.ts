import { Cancel, Clock } from '../../common/clock.js';

const SLOTS = 25;
/** A peer that has not read for this long is cut (reliability: slow consumers). */
const STALL_LIMIT_MS = 10_000;

interface Beating {
  beat(now: number, intervalMs: number, stallLimitMs: number): void;
}

/** One timer for all connections of a node: a wheel whose slots are pinged in turn, so that pings never come in waves. */
export class Heartbeat {
  private readonly slots: Set<Beating>[] = Array.from({ length: SLOTS }, () => new Set());
  private readonly stopTimer: Cancel;
  private hand = 0;
  private next = 0;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {
    this.stopTimer = clock.every(Math.max(1, Math.floor(intervalMs / SLOTS)), () => {
      this.turn();
    });
  }

  /** Returns its own undo. */
  add(member: Beating): Cancel {
    this.next = (this.next + 1) % SLOTS;
    const slot = this.slots[this.next];
    slot?.add(member);
    return () => {
      slot?.delete(member);
    };
  }

  stop(): void {
    this.stopTimer();
  }

  private turn(): void {
    this.hand = (this.hand + 1) % SLOTS;
    const now = this.clock.now();
    for (const member of this.slots[this.hand] ?? []) member.beat(now, this.intervalMs, STALL_LIMIT_MS);
  }
}
