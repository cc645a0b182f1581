import { Logger } from '@nestjs/common';

/** Two signals closer than this are one Ctrl-C: npm forwards the SIGINT that the terminal sends to all of its group. */
const ONE_KEYSTROKE_MS = 1000;
/** What the last lines of the log may take to be read. */
const LAST_LINES_MS = 1000;

/** Where the log goes. */
interface LastLines {
  /** False when what was written could not be handed over within the time. */
  end(limitMs: number): Promise<boolean>;
}

/**
 * From the first step of the start to the exit code: whatever ends the process, what was started is stopped,
 * the latest first, and within a time.
 */
export class ProcessLifetime {
  private readonly logger = new Logger('Process');
  private readonly stops: (() => Promise<void>)[] = [];
  private started: Promise<void> = Promise.resolve();
  private endingSince: number | undefined;

  constructor(
    private readonly stopTimeoutMs: number,
    private readonly log?: LastLines,
  ) {}

  /** Runs the start; a signal that comes during it waits for its outcome, so that nothing half started is left behind. */
  run(start: () => Promise<void>, onFailure: (error: unknown) => void): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, this.onSignal);
    // A promise that nobody awaited is one piece of work that failed: everyone else's connections should not pay for it.
    process.on('unhandledRejection', (err) => {
      this.logger.error({ msg: 'unhandled rejection', err });
    });
    // An exception that nobody caught has cut through code that expected to finish: what it left in memory is not known.
    process.on('uncaughtException', (err) => {
      this.logger.fatal({ msg: 'uncaught exception', err });
      this.end(1);
    });
    this.started = start().catch((error: unknown) => {
      if (this.endingSince !== undefined) return;
      onFailure(error);
      this.end(1);
    });
  }

  get ending(): boolean {
    return this.endingSince !== undefined;
  }

  /** Registers how to stop what was just started. */
  onStop(stop: () => Promise<void>): void {
    this.stops.push(stop);
  }

  /** Stops everything and exits; only the first call counts. */
  end(exitCode: number): void {
    if (this.endingSince !== undefined) return;
    this.endingSince = performance.now();
    setTimeout(() => {
      this.force('the stop took too long');
    }, this.stopTimeoutMs).unref();
    void this.stopAll(exitCode).then((code) => this.exit(code));
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (this.endingSince === undefined) {
      this.logger.log({ msg: 'stopping', signal });
      this.end(0);
    } else if (performance.now() - this.endingSince > ONE_KEYSTROKE_MS) {
      this.force(`a second ${signal}`);
    }
  };

  private async stopAll(exitCode: number): Promise<number> {
    await this.started;
    let code = exitCode;
    for (let stop = this.stops.pop(); stop !== undefined; stop = this.stops.pop()) {
      try {
        await stop();
      } catch (err) {
        this.logger.error({ msg: 'could not stop cleanly', err });
        code = 1;
      }
    }
    this.logger.log({ msg: 'stopped' });
    return code;
  }

  private force(reason: string): void {
    this.logger.error({ msg: 'exit forced', reason });
    // Each of these sends its signal at once; a database server then ends by itself.
    for (const stop of this.stops) void stop().catch(() => undefined);
    void this.exit(1);
  }

  /** An exit waits for writes under way, which a reader who has stopped reading would make last for ever. */
  private async exit(code: number): Promise<void> {
    const handedOver = this.log === undefined || (await this.log.end(LAST_LINES_MS));
    if (!handedOver) process.kill(process.pid, 'SIGKILL');
    process.exit(code);
  }
}
