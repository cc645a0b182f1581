import { Cancel, Clock } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';
import { SetDelta, SetSnapshot } from '../../cluster.js';
import type { RedisLink } from '../redis/redis-link.js';
import { Enlisted } from './enlisted.js';
import { Mending } from './mending.js';
import { LeaseTimes, NodeLease } from './node-lease.js';
import { NodeRoll } from './node-roll.js';
import type { OwnEntries } from './own-entries.js';
import type { ScopeDelta } from './scope-entry.js';
import { ScopeTurns } from './scope-turns.js';
import { ScopeWatches } from './scope-watches.js';
import { KEYS_TTL_MS, SetStore } from './set-store.js';
import { Sweeper } from './sweeper.js';
import { VersionChecks } from './version-checks.js';

export interface SetTimes extends LeaseTimes {
  compareMs: number;
  /** So long after Redis has lost its data every node that lives has announced its entries again. */
  holdMs: number;
}

export interface CareParts {
  link: RedisLink;
  store: SetStore;
  own: OwnEntries;
  clock: Clock;
}

/** How an operation is done with the others, and how by this node alone. */
export interface Act<T> {
  together: (holder: string) => Promise<T>;
  alone: (holder: string) => T;
}

/** Again after so long, when what Redis was asked after it came back was not answered. */
const RECOVERY_RETRY_MS = 1000;

/** Keeps this node's scopes and those in Redis the same: through time-outs, outages, flushes, and a death of this node. */
export class ScopeCare {
  readonly watches: ScopeWatches;
  private readonly turns = new ScopeTurns();
  private readonly lease: NodeLease;
  private readonly enlisted: Enlisted;
  private readonly mending: Mending;
  private readonly checks: VersionChecks;
  private readonly roll: NodeRoll;
  private readonly sweeper: Sweeper;
  private cancels: Cancel[] = [];
  private wasAway = true;

  constructor(
    private readonly parts: CareParts,
    private readonly times: SetTimes,
  ) {
    const { link, store, own, clock } = parts;
    this.roll = new NodeRoll(link);
    this.sweeper = new Sweeper(this.roll, store, times.renewMs);
    this.lease = new NodeLease(this.roll, clock, times, {
      stoodStill: () => {
        link.backplane.fence();
      },
      forgotten: () => {
        this.enlisted.forget();
        this.mendAll();
      },
      renamed: ({ stoodStill }) => {
        this.renamed(stoodStill);
      },
      dead: (holders) => {
        for (const holder of holders) this.sweeper.sweep(holder).catch(ignoreUnavailable);
      },
    });
    this.enlisted = new Enlisted(this.roll, this.lease);
    this.watches = new ScopeWatches(store, {
      hears: (scope, delta) => this.hears(scope, delta),
      missed: (scope) => {
        this.mending.refresh(scope);
      },
    });
    const { backplane } = link;
    const { watches, turns, enlisted } = this;
    this.mending = new Mending({ store, own, watches, turns, enlisted, clock, backplane }, times.holdMs);
    this.checks = new VersionChecks(store, own, watches, this.mending, clock);
  }

  get holder(): string {
    return this.lease.holder;
  }

  /** Whether the scope in Redis is what counts; else what this node knows does. */
  isTogether(scope: string): boolean {
    return !this.away && !this.mending.isUnsure(scope);
  }

  start(): void {
    const { clock, link } = this.parts;
    this.lease.start();
    this.checks.start(this.times.compareMs);
    this.cancels = [
      link.backplane.on('lost', () => {
        this.lost();
      }),
      link.backplane.on('restored', () => void this.restored()),
      clock.every(KEYS_TTL_MS / 4, () => void this.keep()),
    ];
  }

  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    this.lease.stop();
    this.checks.stop();
    this.mending.stop();
    this.parts.own.clear();
    await this.roll.retire(this.holder).catch(ignoreUnavailable);
  }

  async act<T>(scope: string, { together, alone }: Act<T>): Promise<T> {
    await this.settled(scope);
    return this.turns.share(
      scope,
      async () => {
        if (this.isTogether(scope)) {
          try {
            return await together(this.holder);
          } catch (error) {
            ignoreUnavailable(error);
          }
        }
        this.mending.mend(scope);
        return alone(this.holder);
      },
      () => {
        this.mending.tidy(scope);
      },
    );
  }

  /** What waits to be announced there has been, unless Redis is away. */
  async settled(scope: string): Promise<void> {
    if (!this.away && this.mending.isUnsure(scope)) await this.mending.settle(scope).catch(ignoreUnavailable);
  }

  /** Before an entry of this node is made there. */
  enlist(scope: string): Promise<void> {
    return this.enlisted.add(scope);
  }

  /** What this node holds in the scope has to be announced again. */
  mend(scope: string): void {
    this.mending.mend(scope);
  }

  watch(scope: string, listener: (delta: SetDelta) => void): Promise<{ snapshot: SetSnapshot; stop: Cancel }> {
    return this.watches.watch(scope, listener, () => this.load(scope));
  }

  private get away(): boolean {
    return this.parts.link.backplane.away;
  }

  private async load(scope: string): Promise<void> {
    if (!this.away) {
      try {
        await this.mending.settle(scope);
        return;
      } catch (error) {
        ignoreUnavailable(error);
      }
    }
    this.watches.showAlone(scope, this.parts.own.in(scope));
    this.mending.mend(scope);
  }

  private hears(scope: string, { kind, previousToken, entry }: ScopeDelta): boolean {
    if (!this.isTogether(scope)) return false;
    const { own } = this.parts;
    const { member } = entry.member;
    const mine = own.get(scope, member);
    if (mine === undefined) return true;
    if (mine.token === entry.token) {
      if (kind === 'leaving' && entry.holder !== this.holder) own.remove(scope, member, mine.token);
      else if (kind === 'updated') own.correct(scope, entry);
    } else if (mine.token === previousToken) {
      own.remove(scope, member, mine.token);
    }
    return true;
  }

  private renamed(stoodStill: boolean): void {
    this.enlisted.forget();
    if (stoodStill) this.parts.own.clear();
    this.mendAll();
  }

  private mendAll(): void {
    for (const scope of new Set(this.known())) this.mending.mend(scope);
  }

  private known(): string[] {
    return [...this.parts.own.names, ...this.watches.names];
  }

  private lost(): void {
    this.wasAway = true;
    this.lease.broken();
    this.watches.doubt();
    // Who has joined may be waiting for the delta, which will not come now.
    for (const scope of this.watches.names) this.watches.showAlone(scope, this.parts.own.in(scope));
  }

  private async restored(): Promise<void> {
    this.mending.work();
    if (!this.wasAway) {
      await this.checks.run();
      return;
    }
    // What comes from now on is known to Redis.
    const before = this.known();
    const wasKnown = this.lease.isKnown;
    this.wasAway = false;
    try {
      await this.lease.renew();
      const listed = wasKnown ? await this.enlisted.listed() : [];
      for (const scope of new Set([...before, ...listed])) this.mending.mend(scope);
    } catch (error) {
      ignoreUnavailable(error);
      this.wasAway = true;
      this.cancels.push(this.parts.clock.after(RECOVERY_RETRY_MS, () => void this.retryRecovery()));
    }
  }

  private async retryRecovery(): Promise<void> {
    if (!this.away && this.wasAway) await this.restored();
  }

  private async keep(): Promise<void> {
    const { own, store } = this.parts;
    try {
      await this.enlisted.keep();
      for (const scope of own.names) await store.keep(scope);
    } catch (error) {
      ignoreUnavailable(error);
    }
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error;
}
