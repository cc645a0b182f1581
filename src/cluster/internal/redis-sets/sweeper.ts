import type { NodeRoll } from './node-roll.js';
import type { SetStore } from './set-store.js';

const SCOPES_AT_ONCE = 100;

/** Ends what dead nodes hold. Any node may; what one leaves undone, the next does. */
export class Sweeper {
  constructor(
    private readonly roll: NodeRoll,
    private readonly store: SetStore,
    /** How often it is asked to. */
    private readonly everyMs: number,
  ) {}

  /** Ends a dead holder's entries; those whose grace is running wait for another time. */
  async sweep(holder: string): Promise<void> {
    // One node does it, unless it takes too long.
    if (!(await this.roll.lock(`sweep:${holder}`, Math.ceil(this.everyMs / 2)))) return;
    const scopes = await this.roll.listed(holder);
    let left = 0;
    for (let from = 0; from < scopes.length; from += SCOPES_AT_ONCE) {
      const waiting = await Promise.all(
        scopes.slice(from, from + SCOPES_AT_ONCE).map((scope) => this.end(scope, holder)),
      );
      left += waiting.filter(Boolean).length;
    }
    if (left === 0) await this.roll.bury(holder);
  }

  /** Whether entries of it still wait. */
  private async end(scope: string, holder: string): Promise<boolean> {
    if ((await this.store.sweep(scope, holder)) > 0) return true;
    await this.roll.strike(holder, scope);
    return false;
  }
}
