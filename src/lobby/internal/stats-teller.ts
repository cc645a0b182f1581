import type { Cancel, Clock } from '../../common/clock.js';
import type { LobbyStats } from '../lobby-stats.js';

/** At most so often (protocol section 7.2). */
const TELL_MS = 1000;

type StatsListener = (stats: LobbyStats) => void;

/** Tells those who have joined the lobby its numbers when they have changed. */
export class StatsTeller {
  private readonly listeners = new Set<StatsListener>();
  private stop: Cancel = () => undefined;
  private last = '';

  constructor(
    private readonly read: () => Promise<LobbyStats>,
    private readonly clock: Clock,
    private readonly run: (name: string, task: () => Promise<unknown>) => void,
  ) {}

  /** `known`: what the listener has been given already. Returns its own undo. */
  add(listener: StatsListener, known: LobbyStats): Cancel {
    if (this.listeners.size === 0) {
      this.last = JSON.stringify(known);
      this.stop = this.clock.every(TELL_MS, () => {
        this.run('tell lobby stats', () => this.tell());
      });
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  }

  private async tell(): Promise<void> {
    const stats = Object.freeze(await this.read());
    const text = JSON.stringify(stats);
    if (text === this.last) return;
    this.last = text;
    for (const listener of this.listeners) listener(stats);
  }
}
