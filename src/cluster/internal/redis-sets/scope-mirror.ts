import { Member, SetDelta, SetSnapshot } from '../../cluster.js';
import { Entry, ScopeDelta, ScopeState } from './scope-entry.js';

/** A step before it has its version. */
export type Change = Omit<SetDelta, 'version' | 'entry'> & { entry: Entry };

const EMPTY: SetSnapshot = Object.freeze({ version: 0, members: Object.freeze([]) });

export interface Doubt {
  /** Whose entries this node knows for itself. */
  holder: string;
  now: number;
  /** Entries of others that are missing wait so long for being announced again, when they may have been lost. */
  holdMs: number;
}

/** What this node knows of a scope: a snapshot, and the deltas since. It tells every step, by growing version. */
export class ScopeMirror {
  private entries = new Map<string, Entry>();
  private life = 0;
  private at = 0;
  private highestOrder = 0;
  /** Missing in the last snapshot, though it did not go on from the one before: until when they may be announced again. */
  private readonly held = new Map<string, number>();
  private shown: SetSnapshot | undefined;
  /** Redis was away: the next snapshot may lack what was there before. */
  doubtful = false;

  constructor(private readonly emit: (delta: SetDelta) => void) {}

  /** What it knows of is of this version; of an empty scope, the time that it was found empty at. */
  get version(): number {
    return this.at;
  }

  /** The highest order that it knows of since the scope was empty. */
  get lastOrder(): number {
    return this.highestOrder;
  }

  get present(): ReadonlyMap<string, Entry> {
    return this.entries;
  }

  snapshot(): SetSnapshot {
    if (this.entries.size === 0) return EMPTY;
    return (this.shown ??= Object.freeze({ version: this.version, members: membersOf(this.entries.values()) }));
  }

  /** When an entry that is missing has waited long enough. */
  nextDeadline(): number | undefined {
    return this.held.size > 0 ? Math.min(...this.held.values()) : undefined;
  }

  /** Whether the scope was at this version when the mirror had all that it knows. */
  isAt(version: number): boolean {
    return version === 0 ? this.entries.size === this.held.size : version === this.version;
  }

  /** False: something is missing before it. */
  apply({ version, life, kind, previousToken, entry }: ScopeDelta): boolean {
    if (version <= this.version) return true;
    const begins = this.entries.size === 0 && version === life;
    if (!begins && (life !== this.life || version !== this.version + 1)) return false;
    const { member } = entry.member;
    const known = this.entries.get(member);
    this.held.delete(member);
    this.life = life;
    const expected = kind === 'left' ? known !== undefined : (kind === 'joined') === (known === undefined);
    if (expected) {
      this.tell(version, { kind, entry, ...(previousToken !== undefined && { previousToken }) });
    } else {
      this.tell(version, kind === 'left' ? undefined : changeOf(known, entry));
      if (kind !== 'left') this.entries.set(member, entry);
    }
    return true;
  }

  /** A step that this node makes by itself, while it cannot reach the others. */
  change(version: number, change: Change): void {
    this.tell(version, change);
  }

  /** An entry of this node's own that it has not been told of, because word of it was lost or nothing could be read. */
  learn(entry: Entry): void {
    const change = changeOf(this.entries.get(entry.member.member), entry);
    if (change) this.tell(Math.max(this.version + 1, entry.stamp), change);
  }

  /**
   * Becomes this state, one delta per difference, up to its version. When that is too low for so many deltas, nothing
   * happens: the answer is a version to raise the scope to, before it is read again.
   */
  adopt(state: ScopeState, doubt: Doubt): number | undefined {
    const doubtful = this.doubtful || state.life !== this.life || state.version < this.version;
    const held = this.stillHeld(state, doubt, doubtful);
    const gone = [...this.entries.values()].filter(
      ({ member: { member } }) => !state.entries.has(member) && !held.has(member),
    );
    const changes: Change[] = gone.map((entry) => ({ kind: 'left', entry }));
    for (const entry of state.entries.values()) {
      const change = changeOf(this.entries.get(entry.member.member), entry);
      if (change) changes.push(change);
    }
    const enough = this.version + changes.length;
    if (state.version < enough && state.entries.size > 0) {
      this.doubtful = doubtful;
      return enough;
    }
    this.become(state, held, changes);
    return undefined;
  }

  private stillHeld(state: ScopeState, { holder, now, holdMs }: Doubt, doubtful: boolean): Map<string, number> {
    const held = new Map<string, number>();
    for (const [member, entry] of this.entries) {
      if (state.entries.has(member) || entry.holder === holder) continue;
      const until = this.held.get(member) ?? (doubtful ? now + holdMs : 0);
      if (until > now) held.set(member, until);
    }
    return held;
  }

  private become(state: ScopeState, held: Map<string, number>, changes: readonly Change[]): void {
    const kept = [...this.entries].filter(([member]) => held.has(member));
    let version = Math.max(state.version, this.version + changes.length) - changes.length;
    for (const change of changes) this.tell(++version, change);
    this.at = version;
    this.life = state.life;
    this.doubtful = false;
    this.entries = new Map([...kept, ...state.entries]);
    this.held.clear();
    for (const [member, until] of held) this.held.set(member, until);
    this.shown = undefined;
  }

  private tell(version: number, change: Change | undefined): void {
    this.at = version;
    this.shown = undefined;
    if (!change) return;
    const { entry, ...step } = change;
    if (step.kind === 'left') this.entries.delete(entry.member.member);
    else this.entries.set(entry.member.member, entry);
    this.highestOrder = this.entries.size === 0 ? 0 : Math.max(this.highestOrder, entry.member.order);
    this.emit(Object.freeze({ version, ...step, entry: entry.member }));
  }
}

export function membersOf(entries: Iterable<Entry>): readonly Member[] {
  const members = Array.from(entries, (entry) => entry.member);
  return Object.freeze(members.sort((a, b) => a.order - b.order));
}

/** The one step from what was known of a member to what is. */
function changeOf(known: Entry | undefined, entry: Entry): Change | undefined {
  if (!known) return { kind: 'joined', entry };
  if (known.token !== entry.token) return { kind: 'replaced', entry, previousToken: known.token };
  const [before, after] = [known.member, entry.member];
  if (before.leaving !== after.leaving) return { kind: after.leaving ? 'leaving' : 'replaced', entry };
  const same = before.order === after.order && JSON.stringify(before.data) === JSON.stringify(after.data);
  return same ? undefined : { kind: 'updated', entry };
}
