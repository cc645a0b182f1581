import type { Clock } from '../../../common/clock.js';
import { deepFreeze } from '../../../common/deep-freeze.js';
import { DomainError } from '../../../common/domain-error.js';
import { Documents, Json, VersionedDocument } from '../../cluster.js';
import type { RedisLink } from './redis-link.js';
import type { RedisScript } from './redis-script.js';

/** Others of this node wait for their turn, so only so many nodes that are faster each time make it fail. */
const MOST_TRIES = 30;
const LONGEST_PAUSE_MS = 20;

/** Many nodes change one document all the time, and were faster each time. */
class DocumentContended extends DomainError {
  readonly code = 'unavailable';
  override readonly retryAfterMs = 1000;

  constructor() {
    super('Too many change this at once; try again.');
  }
}

/**
 * KEYS[1] holds `version json`. Stores ARGV[2] for ARGV[3] ms, or deletes when it is empty, if ARGV[1] is its version.
 * A version is the server's time in microseconds: a document that is made again has a higher one than before, although
 * nothing is left to remember that by. Answers whether it did, and what is stored now.
 */
const STORE: RedisScript = {
  name: 'parleyStoreDocument',
  keys: 1,
  lua: `
    local stored = redis.call('GET', KEYS[1])
    local version = stored and string.match(stored, '^%d+') or '0'
    if version ~= ARGV[1] then return {0, stored} end
    if ARGV[2] == '' then
      redis.call('DEL', KEYS[1])
      return {1, false}
    end
    local time = redis.call('TIME')
    local new = math.max(tonumber(time[1]) * 1000000 + tonumber(time[2]), tonumber(version) + 1)
    local document = string.format('%.0f', new) .. ' ' .. ARGV[2]
    redis.call('SET', KEYS[1], document, 'PX', ARGV[3])
    return {1, document}`,
};

export const DOCUMENT_SCRIPTS = [STORE];

interface Stored {
  done: boolean;
  document: VersionedDocument | undefined;
}

/** Each document is one key, so a cluster puts it where it likes. */
export class RedisDocuments extends Documents {
  /** The last of those of this node who change a document: the next one waits for it. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly link: RedisLink,
    private readonly clock: Clock,
  ) {
    super();
  }

  async get(key: string): Promise<VersionedDocument | undefined> {
    return parsed(await this.link.ask((redis) => redis.get(keyOf(key))));
  }

  update(
    key: string,
    change: (value: Json | undefined) => Json | undefined,
    { ttlMs }: { ttlMs: number },
  ): Promise<VersionedDocument | undefined> {
    const before = this.turns.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.change(key, change, ttlMs));
    const over = turn
      .catch(() => undefined)
      .then(() => {
        if (this.turns.get(key) === over) this.turns.delete(key);
      });
    this.turns.set(key, over);
    return turn;
  }

  async compareAndSet(
    key: string,
    version: number,
    value: Json,
    { ttlMs }: { ttlMs: number },
  ): Promise<VersionedDocument | undefined> {
    const { done, document } = await this.store(key, version, JSON.stringify(value), ttlMs);
    return done ? document : undefined;
  }

  private async change(
    key: string,
    change: (value: Json | undefined) => Json | undefined,
    ttlMs: number,
  ): Promise<VersionedDocument | undefined> {
    let present = await this.get(key);
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const value = change(present?.value);
      const text = value === undefined ? '' : JSON.stringify(value);
      const { done, document } = await this.store(key, present?.version ?? 0, text, ttlMs);
      if (done) return document;
      present = document;
      await this.pause(Math.min(tries, LONGEST_PAUSE_MS));
    }
    throw new DocumentContended();
  }

  private async store(key: string, version: number, text: string, ttlMs: number): Promise<Stored> {
    const answer = await this.link.run(STORE, [keyOf(key)], [version, text, Math.ceil(ttlMs)]);
    const [done, stored] = answer as [number, string | null];
    return { done: done === 1, document: parsed(stored) };
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms * Math.random(), resolve));
  }
}

function parsed(stored: string | null): VersionedDocument | undefined {
  if (stored === null) return undefined;
  const space = stored.indexOf(' ');
  const value = deepFreeze(JSON.parse(stored.slice(space + 1)) as Json);
  return Object.freeze({ value, version: Number(stored.slice(0, space)) });
}

function keyOf(key: string): string {
  return `parley:document:${key}`;
}
