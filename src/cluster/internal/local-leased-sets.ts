import { Cancel, Clock } from '../../common/clock.js';
import { JoinOutcome, JoinRequest, Json, LeasedSets, Member, SetDelta, SetSnapshot } from '../cluster.js';
import { attempt } from './attempt.js';
import { Audience } from './audience.js';
import { frozenCopy } from './frozen-json.js';

interface Entry {
  token: string;
  member: Member;
  /** Stops the grace, while it runs. */
  stay?: Cancel;
}

interface Scope {
  name: string;
  version: number;
  lastOrder: number;
  /** By order: a member that is replaced keeps its place in the map. */
  entries: Map<string, Entry>;
  /** Made when asked for, and good until the next change. */
  snapshot?: SetSnapshot | undefined;
}

type Change = Pick<SetDelta, 'kind' | 'previousToken'>;

const EMPTY: SetSnapshot = Object.freeze({ version: 0, members: Object.freeze([]) });

/** One node is the whole cluster here: each method is one synchronous step, which is what makes it atomic. */
export class LocalLeasedSets extends LeasedSets {
  readonly stale = false;
  private readonly scopes = new Map<string, Scope>();
  private readonly audience = new Audience<SetDelta>();
  /** The highest of any scope so far: a new life of a scope starts above it, without a memory of the old one. */
  private highestVersion = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  join(scope: string, request: JoinRequest): Promise<JoinOutcome> {
    return attempt(() => {
      const present = this.scopes.get(scope);
      const holder = present?.entries.get(request.member);
      if (present && holder) return this.replace(present, holder, request);
      if ((present?.entries.size ?? 0) >= (request.limit ?? Infinity)) return { status: 'full' };
      return this.enter(scope, request);
    });
  }

  leave(scope: string, member: string, token: string, options: { graceMs?: number } = {}): Promise<boolean> {
    return attempt(() => {
      const held = this.held(scope, member, token);
      if (!held) return false;
      const { graceMs = 0 } = options;
      held.entry.stay?.();
      if (graceMs > 0) this.startGrace(held.scope, held.entry, graceMs);
      else this.remove(held.scope, held.entry);
      return true;
    });
  }

  update(scope: string, member: string, token: string, data: Json): Promise<boolean> {
    return attempt(() => {
      const held = this.held(scope, member, token);
      if (!held) return false;
      const { entry } = held;
      this.put(held.scope, { ...entry, member: { ...entry.member, data: frozenCopy(data) } }, { kind: 'updated' });
      return true;
    });
  }

  read(scope: string): Promise<SetSnapshot> {
    return attempt(() => this.snapshot(scope));
  }

  watch(scope: string, listener: (delta: SetDelta) => void): Promise<{ snapshot: SetSnapshot; stop: Cancel }> {
    return attempt(() => ({
      snapshot: this.snapshot(scope),
      stop: this.audience.add(scope, listener, 'next turn'),
    }));
  }

  private enter(name: string, { member, token, data, answer }: JoinRequest): JoinOutcome {
    // The copy comes first: a value that JSON refuses must not leave an empty scope behind.
    const copy = frozenCopy(data);
    const scope = this.scopes.get(name) ?? this.open(name);
    const order = ++scope.lastOrder;
    this.put(scope, { token, member: { member, order, data: copy, leaving: false } }, { kind: 'joined' });
    return { status: 'joined', order, ...this.answer(scope, answer) };
  }

  private replace(scope: Scope, holder: Entry, request: JoinRequest): JoinOutcome {
    const { member, token, data, taken = 'replace', answer } = request;
    const previousToken = holder.token;
    const another = token !== previousToken;
    const verdict = typeof taken === 'function' && another ? taken(holder.member.data) : taken;
    if (another && verdict === 'refuse') return { status: 'taken' };
    const { order } = holder.member;
    const entry = { token, member: { member, order, data: frozenCopy(data), leaving: false } };
    holder.stay?.();
    this.put(scope, entry, another ? { kind: 'replaced', previousToken } : { kind: 'replaced' });
    return { status: 'replaced', order, previousToken, ...this.answer(scope, answer) };
  }

  private startGrace(scope: Scope, { token, member }: Entry, graceMs: number): void {
    const stay = this.clock.after(graceMs, () => {
      const entry = scope.entries.get(member.member);
      if (entry) this.remove(scope, entry);
    });
    if (member.leaving) scope.entries.set(member.member, { token, member, stay });
    else this.put(scope, { token, member: { ...member, leaving: true }, stay }, { kind: 'leaving' });
  }

  private open(name: string): Scope {
    const scope: Scope = { name, version: this.highestVersion, lastOrder: 0, entries: new Map() };
    this.scopes.set(name, scope);
    return scope;
  }

  private put(scope: Scope, entry: Entry, change: Change): void {
    Object.freeze(entry.member);
    scope.entries.set(entry.member.member, entry);
    this.announce(scope, entry.member, change);
  }

  private remove(scope: Scope, { member }: Entry): void {
    scope.entries.delete(member.member);
    if (scope.entries.size === 0) this.scopes.delete(scope.name);
    this.announce(scope, member, { kind: 'left' });
  }

  private announce(scope: Scope, entry: Member, change: Change): void {
    scope.version += 1;
    scope.snapshot = undefined;
    this.highestVersion = Math.max(this.highestVersion, scope.version);
    this.audience.send(scope.name, Object.freeze({ version: scope.version, entry, ...change }));
  }

  private held(name: string, member: string, token: string): { scope: Scope; entry: Entry } | undefined {
    const scope = this.scopes.get(name);
    const entry = scope?.entries.get(member);
    return scope && entry?.token === token ? { scope, entry } : undefined;
  }

  private answer({ name, version }: Scope, answer: JoinRequest['answer']): SetSnapshot {
    return answer === 'version' ? { version, members: [] } : this.snapshot(name);
  }

  private snapshot(name: string): SetSnapshot {
    const scope = this.scopes.get(name);
    if (!scope) return EMPTY;
    scope.snapshot ??= Object.freeze({
      version: scope.version,
      members: Object.freeze([...scope.entries.values()].map((entry) => entry.member)),
    });
    return scope.snapshot;
  }
}
