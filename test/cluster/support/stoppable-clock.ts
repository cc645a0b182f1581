import type { Cancel } from '../../../src/common/clock.js';
import { SystemClock } from '../../../src/common/clock.js';

/** A clock of a process that can be stopped: while it is, nothing that falls due happens, as after SIGSTOP. */
export class StoppableClock extends SystemClock {
  private stopped = false;
  private due: (() => void)[] = [];

  stop(): void {
    this.stopped = true;
  }

  go(): void {
    this.stopped = false;
    for (const task of this.due.splice(0)) task();
  }

  override after(ms: number, task: () => void): Cancel {
    const timer = { active: true };
    const run = () => {
      if (!timer.active) return;
      if (this.stopped) this.due.push(run);
      else task();
    };
    const cancel = super.after(ms, run);
    return () => {
      timer.active = false;
      cancel();
    };
  }

  override every(ms: number, task: () => void): Cancel {
    return super.every(ms, () => {
      if (!this.stopped) task();
    });
  }
}
