const STRIKE_WINDOW_MS = 10_000;
const STRIKES_TO_CLOSE = 3;
const STRIKE_EVERY_MS = 1000;

export type RateVerdict = { allowed: true } | { allowed: false; retryAfterMs: number; flooding: boolean };

/**
 * Inbound frames of one connection: `perSecond` with a burst of twice that (0: no limit). A second in which frames were
 * refused is a strike; three strikes within ten seconds are flooding (protocol section 1.2, 4429).
 */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;
  private strikes: number[] | undefined;

  constructor(
    private readonly perSecond: number,
    now: number,
  ) {
    this.tokens = perSecond * 2;
    this.filledAt = now;
  }

  take(now: number): RateVerdict {
    if (this.perSecond === 0) return { allowed: true };
    const refill = ((now - this.filledAt) * this.perSecond) / 1000;
    this.tokens = Math.min(this.perSecond * 2, this.tokens + Math.max(0, refill));
    this.filledAt = now;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return { allowed: true };
    }
    const retryAfterMs = Math.ceil(((1 - this.tokens) * 1000) / this.perSecond);
    return { allowed: false, retryAfterMs, flooding: this.strike(now) };
  }

  private strike(now: number): boolean {
    const strikes = (this.strikes ?? []).filter((at) => now - at < STRIKE_WINDOW_MS);
    const last = strikes.at(-1);
    if (last === undefined || now - last >= STRIKE_EVERY_MS) strikes.push(now);
    this.strikes = strikes;
    return strikes.length >= STRIKES_TO_CLOSE;
  }
}
