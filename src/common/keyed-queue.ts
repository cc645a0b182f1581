import { Unavailable } from './domain-error.js';

/** Runs the tasks of one key one after the other, in the order given; tasks of different keys run side by side. */
export class KeyedQueue<Key> {
  private readonly lines = new Map<Key, (() => void)[]>();

  constructor(private readonly mostWaiting: number) {}

  /** How many keys have a task under way. */
  get size(): number {
    return this.lines.size;
  }

  /** @throws Unavailable at once when too many wait already; else whatever the task gives */
  async run<T>(key: Key, task: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key);
    if (line === undefined) {
      this.lines.set(key, []);
    } else {
      if (line.length >= this.mostWaiting) throw new Unavailable();
      await new Promise<void>((resolve) => line.push(resolve));
    }
    try {
      return await task();
    } finally {
      this.next(key);
    }
  }

  private next(key: Key): void {
    const wake = this.lines.get(key)?.shift();
    if (wake) wake();
    else this.lines.delete(key);
  }
}
