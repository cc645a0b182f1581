import type { NodeLease } from './node-lease.js';
import type { NodeRoll } from './node-roll.js';

/** The scopes that Redis knows this node to have entries in, so that others can end them once it has died. */
export class Enlisted {
  private readonly scopes = new Set<string>();

  constructor(
    private readonly roll: NodeRoll,
    private readonly lease: NodeLease,
  ) {}

  get holder(): string {
    return this.lease.holder;
  }

  has(scope: string): boolean {
    return this.scopes.has(scope);
  }

  /** Before an entry is made there. */
  async add(scope: string): Promise<void> {
    if (this.scopes.has(scope)) return;
    await this.roll.enlist(this.holder, [scope]);
    this.scopes.add(scope);
  }

  /** When this node has no entry there any more; a word that is lost does no harm. */
  strike(scope: string): void {
    if (this.scopes.delete(scope)) this.roll.strike(this.holder, scope).catch(() => undefined);
  }

  /** What Redis has on its list. */
  async listed(): Promise<string[]> {
    const scopes = await this.roll.listed(this.holder);
    for (const scope of scopes) this.scopes.add(scope);
    return scopes;
  }

  /** Redis has lost its list, or this node has another name: each scope is put on it again with what is announced there. */
  forget(): void {
    this.scopes.clear();
  }

  /** Keeps the list from expiring. */
  async keep(): Promise<void> {
    await this.roll.enlist(this.holder, [...this.scopes]);
  }
}
