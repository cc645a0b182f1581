import type { Change } from '../message.js';
import { sizeOf } from './change-size.js';

const LIMIT = 1000;
const LIMIT_BYTES = 4 * 1024 * 1024;

/** The changes of one log that came before their turn: as many as fit, each once. */
export class ChangesAhead {
  private readonly changes = new Map<number, Change>();
  private bytes = 0;

  get isEmpty(): boolean {
    return this.changes.size === 0;
  }

  /** False when there is no room: then it has to be read from Postgres. */
  keep(change: Change): boolean {
    if (this.changes.has(change.rev)) return true;
    if (this.changes.size >= LIMIT || this.bytes >= LIMIT_BYTES) return false;
    this.changes.set(change.rev, change);
    this.bytes += sizeOf(change);
    return true;
  }

  /** Those that follow `rev` without a hole. They stay until they are forgotten. */
  after(rev: number): Change[] {
    const run: Change[] = [];
    for (let change = this.changes.get(rev + 1); change; change = this.changes.get(change.rev + 1)) run.push(change);
    return run;
  }

  /** Forgets what has been delivered. */
  forget(upTo: number): void {
    for (const [rev, change] of this.changes) {
      if (rev > upTo) continue;
      this.changes.delete(rev);
      this.bytes -= sizeOf(change);
    }
  }
}
