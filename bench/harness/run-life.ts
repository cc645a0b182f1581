import { whenParentEnds } from '../../scripts/processes/when-parent-ends.js';
import type { Resources } from './resources.js';

/** Two signals closer than this are one: npm passes on what the terminal, or `timeout`, sends to all of its group. */
const ONE_KEYSTROKE_MS = 1000;
const STOP_TIMEOUT_MS = 20_000;
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Sees to it that the run cleans up, and ends, when it is told to, or when nobody is left who wants it. */
export class RunLife {
  private stoppingSince: number | undefined;

  constructor(private readonly resources: Resources) {
    for (const [signal, code] of Object.entries(EXIT_CODES))
      process.on(signal, () => {
        this.stop(signal, code);
      });
    whenParentEnds(() => {
      this.stop('whoever started it is gone', EXIT_CODES.SIGHUP);
    });
    // A reader that has gone, as in `npm run bench | head`, or a terminal: unheard, these would end the run at once.
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', () => {
        this.stop('nobody reads what it says', EXIT_CODES.SIGHUP);
      });
  }

  get stopping(): boolean {
    return this.stoppingSince !== undefined;
  }

  private stop(why: string, exitCode: number): void {
    if (this.stoppingSince !== undefined) {
      // The watchdog does the rest.
      if (performance.now() - this.stoppingSince > ONE_KEYSTROKE_MS) process.exit(exitCode);
      return;
    }
    this.stoppingSince = performance.now();
    process.stderr.write(`\nbench: stopping: ${why}\n`);
    setTimeout(() => process.exit(exitCode), STOP_TIMEOUT_MS);
    void this.resources.release().finally(() => process.exit(exitCode));
  }
}
