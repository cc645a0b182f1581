import { Injectable } from '@nestjs/common';

/** Undoes what returned it; calling it again does nothing. */
export type Cancel = () => void;

/** Time comes in by the constructor, so that no test has to sleep to make it pass. */
export abstract class Clock {
  abstract now(): number;
  /** Runs `task` once, `ms` from now; delays over 24.8 days are cut to that (the limit of a timer). */
  abstract after(ms: number, task: () => void): Cancel;
  abstract every(ms: number, task: () => void): Cancel;

  date(): Date {
    return new Date(this.now());
  }
}

const LONGEST_DELAY_MS = 2 ** 31 - 1;

@Injectable()
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  after(ms: number, task: () => void): Cancel {
    const timer = setTimeout(task, Math.min(ms, LONGEST_DELAY_MS));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  }

  every(ms: number, task: () => void): Cancel {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  }
}
