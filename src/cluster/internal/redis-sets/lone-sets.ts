import type { Clock } from '../../../common/clock.js';
import { JoinOutcome, JoinRequest, Json, SetSnapshot } from '../../cluster.js';
import type { OwnEntries } from './own-entries.js';
import type { Entry } from './scope-entry.js';
import { Change, membersOf } from './scope-mirror.js';
import type { ScopeWatches } from './scope-watches.js';

/** The sets as far as this node knows them, for as long as it cannot reach the others. */
export class LoneSets {
  private highestVersion = 0;

  constructor(
    private readonly own: OwnEntries,
    private readonly watches: ScopeWatches,
    private readonly clock: Clock,
  ) {}

  join(scope: string, request: JoinRequest, data: Json, holder: string): JoinOutcome {
    const { member, token, limit = Infinity, taken = 'replace', answer } = request;
    const entries = this.entriesOf(scope);
    const known = entries.get(member);
    if (!known && entries.size >= limit) return { status: 'full' };
    const another = known !== undefined && known.token !== token;
    const verdict = typeof taken === 'function' && another ? taken(known.member.data) : taken;
    if (another && verdict === 'refuse') return { status: 'taken' };
    const order = known?.member.order ?? this.nextOrder(scope, entries);
    const shown = Object.freeze({ member, order, data, leaving: false });
    const came = known?.came ?? this.nextCame(entries);
    const entry = { member: shown, token, holder, grace: 0, stamp: this.nextVersion(scope), came };
    this.own.put(scope, entry);
    const version = this.step(scope, {
      kind: known ? 'replaced' : 'joined',
      entry,
      ...(another && { previousToken: known.token }),
    });
    const members = answer === 'version' ? [] : membersOf(this.entriesOf(scope).values());
    if (!known) return { status: 'joined', order, version, members };
    return { status: 'replaced', order, previousToken: known.token, version, members };
  }

  /** `end` is called at the end of the grace. */
  leave(
    scope: string,
    { member, token, holder, graceMs }: { member: string; token: string; holder: string; graceMs: number },
    end: (grace: number) => void,
  ): boolean {
    const known = this.entriesOf(scope).get(member);
    if (known?.token !== token) return false;
    if (graceMs <= 0) {
      this.own.remove(scope, member, token);
      this.step(scope, { kind: 'left', entry: known });
      return true;
    }
    const grace = this.clock.now() + graceMs;
    const entry = { ...known, member: Object.freeze({ ...known.member, leaving: true }), holder, grace };
    this.own.putLeaving(scope, entry, graceMs, () => {
      end(grace);
    });
    if (!known.member.leaving) this.step(scope, { kind: 'leaving', entry });
    return true;
  }

  update(scope: string, member: string, token: string, data: Json): boolean {
    const known = this.entriesOf(scope).get(member);
    if (known?.token !== token) return false;
    const entry = { ...known, member: Object.freeze({ ...known.member, data }) };
    this.own.correct(scope, entry);
    this.step(scope, { kind: 'updated', entry });
    return true;
  }

  read(scope: string): SetSnapshot {
    const entries = this.entriesOf(scope);
    if (entries.size === 0) return { version: 0, members: [] };
    const mirror = this.watches.mirrorOf(scope);
    return mirror ? mirror.snapshot() : { version: this.nextVersion(scope), members: membersOf(entries.values()) };
  }

  private entriesOf(scope: string): ReadonlyMap<string, Entry> {
    const mirror = this.watches.mirrorOf(scope);
    return mirror?.present ?? new Map(this.own.in(scope).map((entry) => [entry.member.member, entry]));
  }

  private step(scope: string, change: Change): number {
    const version = this.nextVersion(scope);
    this.watches.mirrorOf(scope)?.change(version, change);
    this.highestVersion = version;
    return version;
  }

  /** By the time, as those of Redis, so that they compare. */
  private nextVersion(scope: string): number {
    const mirror = this.watches.mirrorOf(scope);
    if (mirror && mirror.present.size > 0) return mirror.version + 1;
    return Math.max(this.clock.now() * 1000, this.highestVersion + 1, (mirror?.version ?? 0) + 1);
  }

  private nextOrder(scope: string, entries: ReadonlyMap<string, Entry>): number {
    if (entries.size === 0) return 1;
    const orders = Array.from(entries.values(), ({ member: { order } }) => order);
    return Math.max(this.watches.mirrorOf(scope)?.lastOrder ?? 0, ...orders) + 1;
  }

  /** By this node's clock, and after all that it knows of: nobody whom it saw before comes after. */
  private nextCame(entries: ReadonlyMap<string, Entry>): number {
    return Math.max(this.clock.now() * 1000, ...Array.from(entries.values(), ({ came }) => came + 1));
  }
}
