import { Clock } from './clock.js';
import { Unavailable } from './domain-error.js';

/** After so long without any work done, those who wait are sent away rather than kept. */
const STANDSTILL_MS = 1000;

interface Waiting {
  go: () => void;
  sendAway: (error: Unavailable) => void;
}

/**
 * Lets so many pieces of work run at once; the others wait for their turn, in order, as long as the line moves. In a storm
 * all get what they came for, late, where all at once would have starved each other; while what they need is away, nobody
 * waits for it longer than the work itself does.
 */
export class WaitingLine {
  private running = 0;
  private readonly waiting: Waiting[] = [];
  private movedAt = 0;

  constructor(
    private readonly places: number,
    private readonly clock: Clock,
  ) {}

  /** @throws Unavailable also when nothing has moved for a second, and the work of another was told so */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.turn();
    try {
      return await this.watched(work);
    } finally {
      this.leave();
    }
  }

  private async turn(): Promise<void> {
    if (this.running === 0) this.movedAt = this.clock.now();
    if (this.running >= this.places)
      return new Promise((go, sendAway) => {
        this.waiting.push({ go, sendAway });
      });
    this.running += 1;
  }

  private async watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.movedAt = this.clock.now();
      return result;
    } catch (error) {
      if (!(error instanceof Unavailable)) this.movedAt = this.clock.now();
      else if (this.clock.now() - this.movedAt >= STANDSTILL_MS) this.disperse(error);
      throw error;
    }
  }

  private leave(): void {
    const next = this.waiting.shift();
    // The place passes on to the next one.
    if (next) next.go();
    else this.running -= 1;
  }

  private disperse(error: Unavailable): void {
    for (const { sendAway } of this.waiting.splice(0)) sendAway(error);
  }
}
