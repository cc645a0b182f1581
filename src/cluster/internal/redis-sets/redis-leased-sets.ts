import { Cancel, Clock } from '../../../common/clock.js';
import { deepFreeze } from '../../../common/deep-freeze.js';
import { Unavailable } from '../../../common/domain-error.js';
import { JoinOutcome, JoinRequest, Json, LeasedSets, SetDelta, SetSnapshot } from '../../cluster.js';
import type { RedisLink } from '../redis/redis-link.js';
import { LoneSets } from './lone-sets.js';
import { OwnEntries } from './own-entries.js';
import { ScopeCare, SetTimes } from './scope-care.js';
import { membersOf } from './scope-mirror.js';
import { SetStore, StoredOutcome, StoredRequest } from './set-store.js';

const SET_TIMES: SetTimes = {
  leaseMs: 15_000,
  renewMs: 5000,
  frozenMs: 10_000,
  compareMs: 5000,
  holdMs: 10_000,
};

/**
 * Leased sets in a Redis that nodes share (ADR 11). Each operation is one script; while Redis is away, or did not answer,
 * this node goes on with what it knows of the scope, and the scope is announced anew as soon as that is possible.
 */
export class RedisLeasedSets extends LeasedSets {
  private readonly store: SetStore;
  private readonly own: OwnEntries;
  private readonly care: ScopeCare;
  private readonly lone: LoneSets;

  constructor(
    private readonly link: RedisLink,
    clock: Clock,
    times: SetTimes = SET_TIMES,
  ) {
    super();
    this.store = new SetStore(link);
    this.own = new OwnEntries(clock);
    this.care = new ScopeCare({ link, store: this.store, own: this.own, clock }, times);
    this.lone = new LoneSets(this.own, this.care.watches, clock);
  }

  get stale(): boolean {
    return this.link.backplane.away;
  }

  start(): void {
    this.care.start();
  }

  /** What this node still holds is for the others to sweep. */
  stop(): Promise<void> {
    return this.care.stop();
  }

  async join(scope: string, request: JoinRequest): Promise<JoinOutcome> {
    // The copy is of this moment, whatever happens to the original later.
    const data = JSON.stringify(request.data);
    const copy = deepFreeze(JSON.parse(data) as Json);
    return this.care.act(scope, {
      together: () => this.joinStored(scope, request, data, copy),
      alone: (holder) => this.lone.join(scope, request, copy, holder),
    });
  }

  async leave(
    scope: string,
    member: string,
    token: string,
    { graceMs = 0 }: { graceMs?: number } = {},
  ): Promise<boolean> {
    const endGrace = (grace: number) => {
      void this.endGrace(scope, { member, token }, grace);
    };
    return this.care.act(scope, {
      together: async (holder) => {
        if (graceMs > 0) await this.care.enlist(scope);
        const left = await this.store.leave(scope, { member, token }, { graceMs, holder });
        if (left === undefined || left === 'left') this.own.remove(scope, member, token);
        else
          this.own.putLeaving(scope, left, graceMs, () => {
            endGrace(left.grace);
          });
        return left !== undefined;
      },
      alone: (holder) => this.lone.leave(scope, { member, token, holder, graceMs }, endGrace),
    });
  }

  async update(scope: string, member: string, token: string, data: Json): Promise<boolean> {
    const json = JSON.stringify(data);
    const copy = deepFreeze(JSON.parse(json) as Json);
    return this.care.act(scope, {
      together: async () => {
        const updated = await this.store.update(scope, member, token, json);
        const own = this.own.get(scope, member);
        if (updated && own?.token === token)
          this.own.correct(scope, { ...own, member: Object.freeze({ ...own.member, data: copy }) });
        return updated;
      },
      alone: () => this.lone.update(scope, member, token, copy),
    });
  }

  async read(scope: string): Promise<SetSnapshot> {
    await this.care.settled(scope);
    if (!this.care.isTogether(scope)) return this.lone.read(scope);
    try {
      const { version, entries } = await this.store.read(scope);
      return Object.freeze({ version: entries.size > 0 ? version : 0, members: membersOf(entries.values()) });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return this.lone.read(scope);
    }
  }

  watch(scope: string, listener: (delta: SetDelta) => void): Promise<{ snapshot: SetSnapshot; stop: Cancel }> {
    return this.care.watch(scope, listener);
  }

  private async joinStored(scope: string, request: JoinRequest, data: string, copy: Json): Promise<JoinOutcome> {
    const { member, token, answer = 'snapshot', taken = 'replace' } = request;
    await this.care.enlist(scope);
    const { holder } = this.care;
    let rule: StoredRequest['taken'] = typeof taken === 'function' ? { rule: 'ask', only: undefined } : { rule: taken };
    let outcome: StoredOutcome;
    for (;;) {
      outcome = await this.store.join(scope, { ...request, data, taken: rule, answer }, holder);
      if (outcome.status !== 'ask') break;
      if (typeof taken === 'function' && taken(outcome.data) === 'refuse') return { status: 'taken' };
      rule = { rule: 'ask', only: outcome.token };
    }
    if (!('order' in outcome)) return { status: outcome.status };
    const { order, version, came, previousToken, state } = outcome;
    const shown = Object.freeze({ member, order, data: copy, leaving: false });
    this.own.put(scope, { member: shown, token, holder, grace: 0, stamp: version, came });
    // It was given another name meanwhile: what counts by the old one is nobody's.
    if (holder !== this.care.holder) this.care.mend(scope);
    const members = state ? membersOf(state.entries.values()) : [];
    if (previousToken === null) return { status: 'joined', order, version, members };
    return { status: 'replaced', order, previousToken, version, members };
  }

  /** Ends the grace that was begun then, if it is still the one that runs. */
  private endGrace(scope: string, { member, token }: { member: string; token: string }, grace: number): Promise<void> {
    const isRunning = () => this.own.get(scope, member)?.grace === grace;
    return this.care.act(scope, {
      together: async (holder) => {
        await this.store.leave(scope, { member, token }, { graceMs: 0, holder, ended: grace });
        if (isRunning()) this.own.remove(scope, member, token);
      },
      alone: (holder) => {
        if (isRunning()) this.lone.leave(scope, { member, token, holder, graceMs: 0 }, () => undefined);
      },
    });
  }
}
