import { bytesOf, Relayed } from './relayed.js';

/** Most that is kept for one who is away: what comes then is given up, so that what is kept has its beginning. */
const MOST_SIGNALS = 128;
const MOST_BYTES = 262_144;
/** What several nodes have kept, and what has come since, is more than one of them may keep. */
const MOST_TOGETHER = 4 * MOST_SIGNALS;

/** What one member is sent while it cannot take it. */
export class KeptSignals {
  private signals: Relayed[] = [];
  private count = 0;
  private bytes = 0;

  get all(): readonly Relayed[] {
    return this.signals;
  }

  put(signal: Relayed): void {
    const bytes = bytesOf(signal.text);
    if (this.count >= MOST_SIGNALS || this.bytes + bytes > MOST_BYTES) return;
    this.signals.push(signal);
    this.count += 1;
    this.bytes += bytes;
  }

  /**
   * Adds what was kept elsewhere: each signal once, those of one sender by their numbers. It does not count for the bound
   * of what comes from now on.
   */
  merge(others: readonly Relayed[]): void {
    if (others.length === 0) return;
    const bySender = new Map<string, Map<string, Relayed>>();
    const senders: string[] = [];
    for (const signal of [...others, ...this.signals]) {
      const known = bySender.get(signal.from) ?? new Map<string, Relayed>();
      bySender.set(signal.from, known);
      const number = `${signal.entered}:${signal.n}`;
      if (known.has(number)) continue;
      known.set(number, signal);
      senders.push(signal.from);
    }
    const queues = new Map(Array.from(bySender, ([from, known]) => [from, [...known.values()].sort(inOrder)]));
    this.signals = senders.flatMap((from) => queues.get(from)?.shift() ?? []).slice(0, MOST_TOGETHER);
  }
}

function inOrder(a: Relayed, b: Relayed): number {
  return a.entered - b.entered || a.n - b.n;
}
