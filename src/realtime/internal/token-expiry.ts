import { Cancel, Clock } from '../../common/clock.js';

/** How long before its end a client is warned that its token expires (protocol section 1.1). */
const WARNING_MS = 60_000;

/** The end of one connection's access token: warns 60 s before, then tells. A later token takes the place of the former. */
export class TokenExpiry {
  private cancel: Cancel = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly events: { expiring(): void; expired(): void },
  ) {}

  watch(expiresAt: Date): void {
    this.stop();
    this.wait(expiresAt.getTime(), WARNING_MS);
  }

  stop(): void {
    this.cancel();
  }

  /** Looks at the clock again whenever a timer ends: a timer cannot be as long as some tokens are valid. */
  private wait(expiresAt: number, warnAt: number): void {
    const left = expiresAt - this.clock.now();
    if (left <= 0) {
      this.events.expired();
      return;
    }
    if (left > warnAt) {
      this.again(left - warnAt, expiresAt, warnAt);
      return;
    }
    if (warnAt > 0) this.events.expiring();
    this.again(left, expiresAt, 0);
  }

  private again(ms: number, expiresAt: number, warnAt: number): void {
    this.cancel = this.clock.after(ms, () => {
      this.wait(expiresAt, warnAt);
    });
  }
}
