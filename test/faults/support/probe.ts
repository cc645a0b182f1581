import { setTimeout as sleep } from 'node:timers/promises';

/** Asks the same thing again and again, and counts the answers. */
export class Probe {
  readonly answers = new Map<string, number>();
  longestMs = 0;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly ask: () => Promise<string | number>,
    private readonly pauseMs = 50,
  ) {
    this.done = this.run();
  }

  /** The HTTP status of a GET. */
  static get(url: string, headers: Record<string, string> = {}): Probe {
    return new Probe(async () => {
      const response = await fetch(url, { headers });
      await response.arrayBuffer();
      return response.status;
    });
  }

  /** What was answered, sorted. */
  get kinds(): string[] {
    return [...this.answers.keys()].sort();
  }

  async stop(): Promise<this> {
    this.stopped = true;
    await this.done;
    return this;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const started = performance.now();
      const answer = String(await this.ask().catch((error: unknown) => `failed: ${String(error)}`));
      this.longestMs = Math.max(this.longestMs, performance.now() - started);
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      await sleep(this.pauseMs);
    }
  }
}
