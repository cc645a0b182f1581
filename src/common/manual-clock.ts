import { Cancel, Clock } from './clock.js';

interface Timer {
  at: number;
  every?: number;
  task: () => void;
}

/** A clock that stands still until it is told to move: for tests, and for replays. */
export class ManualClock extends Clock {
  private readonly timers = new Set<Timer>();

  constructor(private time = Date.UTC(2030, 0, 1)) {
    super();
  }

  /** How many timers wait. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): Cancel {
    return this.add({ at: this.time + ms, task });
  }

  every(ms: number, task: () => void): Cancel {
    return this.add({ at: this.time + ms, every: ms, task });
  }

  /** Moves on by `ms`, running what falls due in the order of its time. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.nextDue(end); next; next = this.nextDue(end)) {
      this.time = next.at;
      if (next.every === undefined) this.timers.delete(next);
      else next.at += next.every;
      next.task();
    }
    this.time = end;
  }

  private add(timer: Timer): Cancel {
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  private nextDue(end: number): Timer | undefined {
    const due = [...this.timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
