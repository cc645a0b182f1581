import { Cancel, Clock } from '../../common/clock.js';
import { Documents, Json, VersionedDocument } from '../cluster.js';
import { attempt } from './attempt.js';
import { frozenCopy } from './frozen-json.js';

interface Stored {
  document: VersionedDocument;
  keep: Cancel;
}

/** Each method is one synchronous step, so nobody is ever faster and `change` runs once. */
export class LocalDocuments extends Documents {
  private readonly stored = new Map<string, Stored>();
  /** One counter for all keys: a document that is made again goes on above its old version without a memory of it. */
  private lastVersion = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  get(key: string): Promise<VersionedDocument | undefined> {
    return attempt(() => this.stored.get(key)?.document);
  }

  update(
    key: string,
    change: (value: Json | undefined) => Json | undefined,
    { ttlMs }: { ttlMs: number },
  ): Promise<VersionedDocument | undefined> {
    return attempt(() => {
      const value = change(this.stored.get(key)?.document.value);
      if (value !== undefined) return this.store(key, value, ttlMs);
      this.remove(key);
      return undefined;
    });
  }

  compareAndSet(
    key: string,
    version: number,
    value: Json,
    { ttlMs }: { ttlMs: number },
  ): Promise<VersionedDocument | undefined> {
    return attempt(() => {
      const present = this.stored.get(key)?.document.version ?? 0;
      return present === version ? this.store(key, value, ttlMs) : undefined;
    });
  }

  private store(key: string, value: Json, ttlMs: number): VersionedDocument {
    const document = Object.freeze({ value: frozenCopy(value), version: ++this.lastVersion });
    this.remove(key);
    const keep = this.clock.after(ttlMs, () => this.stored.delete(key));
    this.stored.set(key, { document, keep });
    return document;
  }

  private remove(key: string): void {
    this.stored.get(key)?.keep();
    this.stored.delete(key);
  }
}
