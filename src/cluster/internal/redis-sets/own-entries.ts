import { Cancel, Clock } from '../../../common/clock.js';
import { Entry } from './scope-entry.js';

interface Own {
  entry: Entry;
  stopGrace: Cancel | undefined;
}

/** The entries that count by this node's lease: what it announces again when Redis has lost them. */
export class OwnEntries {
  private readonly scopes = new Map<string, Map<string, Own>>();

  constructor(private readonly clock: Clock) {}

  get names(): string[] {
    return [...this.scopes.keys()];
  }

  has(scope: string): boolean {
    return this.scopes.has(scope);
  }

  get(scope: string, member: string): Entry | undefined {
    return this.scopes.get(scope)?.get(member)?.entry;
  }

  in(scope: string): Entry[] {
    return [...(this.scopes.get(scope)?.values() ?? [])].map(({ entry }) => entry);
  }

  put(scope: string, entry: Entry): void {
    this.set(scope, entry, undefined);
  }

  /** With a grace, at the end of which `end` is called unless something has happened to the entry before. */
  putLeaving(scope: string, entry: Entry, graceMs: number, end: () => void): void {
    this.set(scope, entry, this.clock.after(graceMs, end));
  }

  /** Other words for the same entry, whose grace, if it has one, goes on. */
  correct(scope: string, entry: Entry): void {
    const own = this.scopes.get(scope)?.get(entry.member.member);
    if (own) own.entry = entry;
  }

  /** The entry that was there, if it was this token's. */
  remove(scope: string, member: string, token: string): Entry | undefined {
    const members = this.scopes.get(scope);
    const own = members?.get(member);
    if (!members || own?.entry.token !== token) return undefined;
    own.stopGrace?.();
    members.delete(member);
    if (members.size === 0) this.scopes.delete(scope);
    return own.entry;
  }

  clear(): void {
    for (const members of this.scopes.values()) for (const { stopGrace } of members.values()) stopGrace?.();
    this.scopes.clear();
  }

  private set(scope: string, entry: Entry, stopGrace: Cancel | undefined): void {
    const members = this.scopes.get(scope) ?? new Map<string, Own>();
    this.scopes.set(scope, members);
    members.get(entry.member.member)?.stopGrace?.();
    members.set(entry.member.member, { entry, stopGrace });
  }
}
