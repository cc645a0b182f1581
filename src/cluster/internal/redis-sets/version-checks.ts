import { Cancel, Clock } from '../../../common/clock.js';
import type { Mending } from './mending.js';
import type { OwnEntries } from './own-entries.js';
import type { ScopeWatches } from './scope-watches.js';
import type { SetStore } from './set-store.js';

const SCOPES_AT_ONCE = 500;
/** A delta that has been published is here within that time, or it is lost. */
const UNDER_WAY_MS = 100;

/** Compares what this node knows with the versions that Redis holds: what was lost on the way shows there. */
export class VersionChecks {
  private stopChecking: Cancel = () => undefined;
  private checking = false;

  constructor(
    private readonly store: SetStore,
    private readonly own: OwnEntries,
    private readonly watches: ScopeWatches,
    private readonly mending: Mending,
    private readonly clock: Clock,
  ) {}

  /** Each node at other times than the others. */
  start(everyMs: number): void {
    this.stopChecking = this.clock.after(everyMs * Math.random(), () => {
      this.stopChecking = this.clock.every(everyMs, () => void this.run());
    });
  }

  stop(): void {
    this.stopChecking();
  }

  async run(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    const scopes = [...new Set([...this.own.names, ...this.watches.names])];
    try {
      for (let from = 0; from < scopes.length; from += SCOPES_AT_ONCE)
        await Promise.all(scopes.slice(from, from + SCOPES_AT_ONCE).map((scope) => this.check(scope)));
    } catch {
      // Without Redis there is nothing to compare with; when it is back, everything is read.
    } finally {
      this.checking = false;
    }
  }

  private async check(scope: string): Promise<void> {
    const before = this.watches.mirrorOf(scope)?.version;
    const version = await this.store.version(scope);
    const mirror = this.watches.mirrorOf(scope);
    if (version === 0 && this.own.has(scope)) this.mending.refresh(scope);
    else if (!mirror || mirror.isAt(version)) return;
    else if (version > mirror.version) this.checkLater(scope, version);
    else if (mirror.version === before) this.mending.refresh(scope);
  }

  private checkLater(scope: string, version: number): void {
    this.clock.after(UNDER_WAY_MS, () => {
      const mirror = this.watches.mirrorOf(scope);
      if (mirror && mirror.version < version) this.mending.refresh(scope);
    });
  }
}
