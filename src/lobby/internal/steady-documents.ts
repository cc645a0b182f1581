import type { Backplane, Documents, Json } from '../../cluster/cluster.js';
import { Unavailable } from '../../common/domain-error.js';

/** What a node does by itself while the nodes cannot reach each other. */
export interface AloneRules {
  /** What it goes on with. @throws Unavailable when it must not change it by itself */
  begin(key: string, purpose: 'read' | 'change'): Json | undefined;
  /** How long they are kept from the last store on. */
  readonly ttlMs: number;
  /** What is stored when they can again. */
  join(mine: Json | undefined, theirs: Json | undefined): Json | undefined;
}

export interface DocumentChange {
  before: Json | undefined;
  after: Json | undefined;
}

class Unchanged extends Error {}

/** Documents with which a node goes on by itself while the backplane is away; what it has then is joined with the rest. */
export class SteadyDocuments {
  private readonly alone = new Map<string, Json | undefined>();
  private readonly joining = new Map<string, Promise<void>>();

  constructor(
    private readonly documents: Documents,
    private readonly backplane: Backplane,
    private readonly rules: AloneRules,
  ) {}

  /** What this node has changed by itself and not joined yet. */
  get changedAlone(): ReadonlyMap<string, Json | undefined> {
    return this.alone;
  }

  isAway(): boolean {
    return this.backplane.away;
  }

  /** @throws Unavailable */
  async get(key: string): Promise<Json | undefined> {
    return this.act(
      key,
      async () => (await this.documents.get(key))?.value,
      () => this.present(key, 'read'),
    );
  }

  /**
   * As `Documents.update`; when `change` gives back the very value that it got, nothing is stored.
   * @throws Unavailable
   */
  async change(key: string, change: (value: Json | undefined) => Json | undefined): Promise<DocumentChange> {
    return this.act(
      key,
      () => this.changeTogether(key, change),
      () => {
        const before = this.present(key, 'change');
        const after = change(before);
        if (after !== before) this.alone.set(key, after);
        return { before, after };
      },
    );
  }

  /** Stores what this node had by itself; nothing when it had nothing. @throws Unavailable */
  async rejoin(key: string): Promise<void> {
    if (!this.alone.has(key)) return;
    const joining = this.joining.get(key) ?? this.join(key);
    this.joining.set(key, joining);
    await joining;
  }

  private async act<T>(key: string, together: () => Promise<T>, alone: () => T): Promise<T> {
    if (this.isAway()) return alone();
    try {
      await this.rejoin(key);
      return await together();
    } catch (error) {
      if (!(error instanceof Unavailable) || !this.isAway()) throw error;
      return alone();
    }
  }

  private async changeTogether(
    key: string,
    change: (value: Json | undefined) => Json | undefined,
  ): Promise<DocumentChange> {
    let before: Json | undefined;
    const once = (value: Json | undefined) => {
      before = value;
      const after = change(value);
      if (after === value) throw new Unchanged();
      return after;
    };
    try {
      return { after: (await this.documents.update(key, once, { ttlMs: this.rules.ttlMs }))?.value, before };
    } catch (error) {
      if (error instanceof Unchanged) return { before, after: before };
      throw error;
    }
  }

  private present(key: string, purpose: 'read' | 'change'): Json | undefined {
    return this.alone.has(key) ? this.alone.get(key) : this.rules.begin(key, purpose);
  }

  private async join(key: string): Promise<void> {
    const mine = this.alone.get(key);
    try {
      await this.changeTogether(key, (theirs) => this.rules.join(mine, theirs));
      if (this.alone.get(key) === mine) this.alone.delete(key);
    } finally {
      this.joining.delete(key);
    }
  }
}
