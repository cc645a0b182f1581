import { Cancel, Clock } from '../../common/clock.js';

const SLOTS = 24;
/** How often a member is checked for each time that it is pinged, so that it is dropped soon after its time is over. */
const CHECKS = 4;

export interface Beating {
  /** `excusedAt`: when this process last noticed that it had been away itself; silence before that proves nothing. */
  check(now: number, excusedAt: number): void;
  ping(): void;
}

/** One timer for all connections of a node: a wheel whose slots are pinged in turn, so that pings never come in waves. */
export class Heartbeat {
  private readonly slots: Set<Beating>[] = Array.from({ length: SLOTS }, () => new Set());
  private readonly stopTimer: Cancel;
  private hand = 0;
  private next = 0;
  private turnedAt: number;
  private excusedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {
    this.turnedAt = clock.now();
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
    const now = this.clock.now();
    if (now - this.turnedAt > this.intervalMs / 2) this.excusedAt = now;
    this.turnedAt = now;
    this.hand = (this.hand + 1) % SLOTS;
    for (let slot = this.hand; slot < this.hand + SLOTS; slot += SLOTS / CHECKS)
      for (const member of this.slots[slot % SLOTS] ?? []) member.check(now, this.excusedAt);
    for (const member of this.slots[this.hand] ?? []) member.ping();
  }
}
