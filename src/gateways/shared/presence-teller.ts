import type { PresenceListener } from '../../presence/presence.service.js';
import type { LiveRoster, Transition } from '../../presence/roster.js';
import type { Frame } from '../../realtime/wire.js';
import type { PresenceDialect } from './conversation-dialect.js';
import type { Seat } from './seat.js';

/** Windows of arrivals and departures that wait for one who is still given its replay: some minutes. */
const EARLY_LIMIT = 2000;

/** Turns what presence tells into frames of a dialect. Until its seat has been admitted, they wait. */
export class PresenceTeller implements PresenceListener {
  /** What is volatile goes to those who are admitted: it waits, lest a client be cut that takes its replay. */
  private early: Frame[] | undefined = [];

  constructor(
    private readonly seat: Seat,
    private readonly dialect: PresenceDialect,
  ) {}

  get takesRosters(): boolean {
    return this.dialect.crowd !== undefined;
  }

  changed(transitions: readonly Transition[], from: number): void {
    this.tell(this.dialect.changed(transitions, from));
  }

  crowd(roster: LiveRoster): void {
    this.tell(this.dialect.crowd?.(roster));
  }

  /** Tells what has waited, and from now on at once. */
  release(): void {
    for (const frame of this.early ?? []) this.seat.sendFrame(frame);
    this.early = undefined;
  }

  private tell(frame: Frame | undefined): void {
    if (frame === undefined) return;
    if (this.early === undefined) this.seat.sendFrame(frame, 'volatile');
    else if (this.early.length < EARLY_LIMIT) this.early.push(frame);
  }
}
