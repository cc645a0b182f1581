import { DestinationStream, pino } from 'pino';

/** What waits for a reader that does not read. Beyond it new lines are dropped: the process must not fill up, or stand still. */
const HELD_BYTES = 8 * 1024 * 1024;

/**
 * The log's lines on standard output, written beside the work. Whoever reads them (a pager, a collector, a full disk) may
 * stop reading: then lines wait, and later ones are dropped and counted, while the process goes on.
 */
export class LogOutput implements DestinationStream {
  private readonly stream = pino.destination({ dest: 1, sync: false, maxLength: HELD_BYTES });
  private dropped = 0;
  private closed = false;
  private readonly ended: Promise<true>;

  constructor() {
    this.stream.on('drop', () => this.dropped++);
    this.stream.on('drain', () => {
      this.tellDropped();
    });
    this.ended = new Promise((resolve) => {
      this.stream.once('close', () => {
        resolve(true);
      });
      this.stream.on('error', (error: NodeJS.ErrnoException) => {
        // Nobody will read any more, so there is nothing to wait for. What else fails may be well again at the next line.
        if (error.code === 'EPIPE') resolve(true);
      });
    });
  }

  write(line: string): void {
    if (!this.closed) this.stream.write(line);
  }

  /** Writes what waits, and nothing after it. False when that was not read within `limitMs`: it is given up. */
  async end(limitMs: number): Promise<boolean> {
    this.closed = true;
    this.stream.end();
    const limit = new Promise<false>((resolve) => setTimeout(resolve, limitMs, false));
    const whole = await Promise.race([this.ended, limit]);
    if (!whole) this.stream.destroy();
    return whole;
  }

  private tellDropped(): void {
    if (this.dropped === 0) return;
    const line = { level: 'warn', time: new Date().toISOString(), msg: 'log lines dropped', lines: this.dropped };
    this.dropped = 0;
    this.write(`${JSON.stringify(line)}\n`);
  }
}
