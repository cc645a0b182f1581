import { Cancel, Clock } from './clock.js';

const EVERY_MS = 1000;

/**
 * Gathers the latest value of each key, and gives it on: what comes after a quiet second at once, anything else at the next
 * beat. So no key is told more than once a second, and there is one timer, however many keys there are.
 */
export class PacedNews<Key, Value> {
  private pending = new Map<Key, Value>();
  private beat: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (news: ReadonlyMap<Key, Value>) => void,
  ) {}

  add(key: Key, value: Value): void {
    this.pending.set(key, value);
    // In a turn of its own, so that all that comes together is told together.
    this.beat ??= this.clock.after(0, () => {
      this.flush();
    });
  }

  stop(): void {
    this.beat?.();
    this.beat = undefined;
    this.pending.clear();
  }

  private flush(): void {
    this.beat = undefined;
    if (this.pending.size === 0) return;
    const news = this.pending;
    this.pending = new Map();
    this.beat = this.clock.after(EVERY_MS, () => {
      this.flush();
    });
    this.tell(news);
  }
}
