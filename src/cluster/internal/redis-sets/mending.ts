import { Logger } from '@nestjs/common';
import { Cancel, Clock } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';
import type { Backplane } from '../../cluster.js';
import type { Enlisted } from './enlisted.js';
import type { OwnEntries } from './own-entries.js';
import type { Entry, ScopeState } from './scope-entry.js';
import type { ScopeTurns } from './scope-turns.js';
import type { ScopeWatches } from './scope-watches.js';
import type { SetStore } from './set-store.js';

const SCOPES_AT_ONCE = 32;
const RETRY_MS = 1000;

export interface MendingParts {
  store: SetStore;
  own: OwnEntries;
  watches: ScopeWatches;
  turns: ScopeTurns;
  enlisted: Enlisted;
  clock: Clock;
  backplane: Backplane;
}

/** Brings what this node knows of a scope and what Redis holds together again. */
export class Mending {
  private readonly logger = new Logger(Mending.name);
  /** What this node did alone there, or what Redis may have lost, has to be announced. */
  private readonly unsure = new Set<string>();
  private readonly wanted = new Set<string>();
  private readonly deadlines = new Map<string, Cancel>();
  private running = 0;
  private resting: Cancel | undefined;

  constructor(
    private readonly parts: MendingParts,
    private readonly holdMs: number,
  ) {}

  /** Whether what this node knows is all that counts here for now. */
  isUnsure(scope: string): boolean {
    return this.unsure.has(scope);
  }

  /** Announces this node's entries of the scope, and reads the others', as soon as that can be. */
  mend(scope: string): void {
    this.unsure.add(scope);
    this.refresh(scope);
  }

  /** Reads the scope as soon as that can be. */
  refresh(scope: string): void {
    this.wanted.add(scope);
    this.work();
  }

  /** Goes on with what waits. */
  work(): void {
    for (const scope of this.wanted) {
      if (this.resting || this.parts.backplane.away || this.running >= SCOPES_AT_ONCE) return;
      this.wanted.delete(scope);
      this.running += 1;
      void this.attempt(scope);
    }
  }

  stop(): void {
    this.wanted.clear();
    this.resting?.();
    for (const cancel of this.deadlines.values()) cancel();
    this.deadlines.clear();
  }

  /** @throws Unavailable without Redis, and then nothing has changed here */
  settle(scope: string): Promise<void> {
    const { turns, watches } = this.parts;
    return turns.alone(scope, async () => {
      if (!this.concerns(scope)) return;
      watches.begin(scope);
      try {
        await this.converge(scope);
      } catch (error) {
        watches.giveUp(scope);
        throw error;
      }
      watches.end(scope);
      this.tidy(scope);
    });
  }

  /** Keeps nothing of a scope that this node has no more to do with. */
  tidy(scope: string): void {
    const { own, watches, enlisted, backplane } = this.parts;
    if (own.has(scope)) return;
    // What Redis may still hold of it shows in the list there.
    if (backplane.away && !watches.mirrorOf(scope)) this.unsure.delete(scope);
    if (!this.unsure.has(scope)) enlisted.strike(scope);
  }

  private async attempt(scope: string): Promise<void> {
    try {
      await this.settle(scope);
    } catch (err) {
      if (!(err instanceof Unavailable)) this.logger.error({ msg: 'a leased set was not mended', scope, err });
      this.wanted.add(scope);
      this.resting ??= this.parts.clock.after(RETRY_MS, () => {
        this.resting = undefined;
        this.work();
      });
    } finally {
      this.running -= 1;
      this.work();
    }
  }

  private concerns(scope: string): boolean {
    const { own, watches, enlisted } = this.parts;
    if (own.has(scope) || watches.mirrorOf(scope) || enlisted.has(scope)) return true;
    this.unsure.delete(scope);
    return false;
  }

  private async converge(scope: string): Promise<void> {
    const { store, own, watches, enlisted, clock } = this.parts;
    let state = this.unsure.has(scope) ? await this.announce(scope) : await store.read(scope);
    if (own.in(scope).some((entry) => !holds(state, entry))) state = await this.announce(scope);
    const doubt = { holder: enlisted.holder, now: clock.now(), holdMs: this.holdMs };
    for (let floor = watches.adopt(scope, state, doubt); floor; floor = watches.adopt(scope, state, doubt))
      state = await store.read(scope, floor);
    this.unsure.delete(scope);
    this.awaitDeadline(scope);
  }

  private async announce(scope: string): Promise<ScopeState> {
    const { store, own, watches, enlisted } = this.parts;
    const entries = own.in(scope);
    if (entries.length > 0) await enlisted.add(scope);
    const floor = Math.max(watches.mirrorOf(scope)?.version ?? 0, ...entries.map(({ stamp }) => stamp));
    const state = await store.announce(scope, enlisted.holder, entries, floor);
    for (const entry of entries) {
      const { member } = entry.member;
      // Another one may have taken its place meanwhile.
      const present = state.entries.get(member);
      if (present?.token === entry.token) own.correct(scope, present);
      else own.remove(scope, member, entry.token);
    }
    return state;
  }

  private awaitDeadline(scope: string): void {
    const { clock, watches } = this.parts;
    this.deadlines.get(scope)?.();
    this.deadlines.delete(scope);
    const deadline = watches.mirrorOf(scope)?.nextDeadline();
    if (deadline === undefined) return;
    const cancel = clock.after(deadline - clock.now(), () => {
      this.deadlines.delete(scope);
      this.refresh(scope);
    });
    this.deadlines.set(scope, cancel);
  }
}

function holds(state: ScopeState, { member: { member }, token }: Entry): boolean {
  return state.entries.get(member)?.token === token;
}
