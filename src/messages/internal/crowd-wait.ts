import type { Cancel, Clock } from '../../common/clock.js';

/** With fewer senders nothing is held back. */
const CROWD = 8;
const LOOK_MS = 1;
const MOST_LOOKS = 4;

/** Who holds drafts back. */
export interface Crowded {
  /** Drafts that wait for the next batch. */
  readonly waiting: number;
  over(): void;
}

/**
 * Senders who wait for their answers send again together, when a batch is told of. The first of them would go alone, and
 * all others wait for it: a flush to disk for one message. So half of a crowd, or all of it, is gathered before the next batch goes, as
 * long as more come, for some milliseconds at most; the others are told of meanwhile. Where few send, nobody waits.
 */
export class CrowdWait {
  private goal = 0;
  private cancel: Cancel = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly crowded: Crowded,
    /** How much of a crowd is gathered. */
    private readonly share: number,
  ) {}

  /** A batch is done, and its senders are about to be told: so many drafts were in it, or wait. */
  begin(present: number): void {
    this.end();
    if (present < CROWD) return;
    this.goal = Math.floor(present * this.share);
    this.lookOn(this.crowded.waiting, MOST_LOOKS);
  }

  /** Whether so few drafts wait that more are worth waiting for. */
  get holds(): boolean {
    if (this.goal > 0 && this.crowded.waiting >= this.goal) this.end();
    return this.goal > 0;
  }

  private lookOn(before: number, looks: number): void {
    this.cancel = this.clock.after(LOOK_MS, () => {
      // What has arrived is read before it is counted.
      const look = setImmediate(() => {
        this.look(before, looks);
      });
      this.cancel = () => {
        clearImmediate(look);
      };
    });
  }

  private look(before: number, looks: number): void {
    const { waiting } = this.crowded;
    if (looks > 1 && waiting > before) {
      this.lookOn(waiting, looks - 1);
      return;
    }
    this.goal = 0;
    this.crowded.over();
  }

  private end(): void {
    this.goal = 0;
    this.cancel();
  }
}
