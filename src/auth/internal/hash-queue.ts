import { RateLimited } from '../../common/domain-error.js';

const RETRY_AFTER_MS = 1000;

/** Lets a few costly jobs run at once and a few wait; the rest is refused at once, so that a flood starves nobody else. */
export class HashQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws RateLimited when as many wait already as may */
  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.turn();
    try {
      return await job();
    } finally {
      this.handOver();
    }
  }

  private turn(): Promise<void> {
    if (this.running < this.maxRunning) {
      this.running++;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.maxWaiting) return Promise.reject(new RateLimited(RETRY_AFTER_MS));
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private handOver(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running--;
    else next();
  }
}
