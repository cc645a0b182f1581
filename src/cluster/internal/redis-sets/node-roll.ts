import { nameOf, tagOf } from '../redis/key-tag.js';
import type { RedisLink } from '../redis/redis-link.js';
import { BURY, ENLIST, LISTED, LOCK, RENEW, RETIRE, STRIKE } from './node-scripts.js';
import { KEYS_TTL_MS } from './set-store.js';

const SCOPES_AT_ONCE = 1000;

const NODES = ['parley:{nodes}:living', 'parley:{nodes}:dead', 'parley:{nodes}:swept'];

/** `missing`: Redis has forgotten it, or never knew of it. `swept`: others have taken this holder for dead. */
export type LeaseState = 'held' | 'missing' | 'swept';

/** The holders of entries as Redis knows them: until when each lives, and in which scopes it has entries. */
export class NodeRoll {
  constructor(private readonly link: RedisLink) {}

  async renew(holder: string, leaseMs: number, judging: boolean): Promise<{ lease: LeaseState; dead: string[] }> {
    const reply = await this.link.run(RENEW, NODES, [holder, leaseMs, judging ? 1 : 0]);
    const [lease, dead] = reply as [LeaseState, string[]];
    return { lease, dead };
  }

  /** Gives the lease up, so that others sweep what is left at once. */
  async retire(holder: string): Promise<void> {
    await this.link.run(RETIRE, NODES, [holder]);
  }

  async bury(holder: string): Promise<void> {
    await this.link.run(BURY, NODES, [holder]);
  }

  /** Before the holder has an entry there. */
  async enlist(holder: string, scopes: readonly string[]): Promise<void> {
    for (let from = 0; from < scopes.length; from += SCOPES_AT_ONCE) {
      const tags = scopes.slice(from, from + SCOPES_AT_ONCE).map(tagOf);
      await this.link.run(ENLIST, [listOf(holder)], [KEYS_TTL_MS, ...tags]);
    }
  }

  /** Once it has none there. */
  async strike(holder: string, scope: string): Promise<void> {
    await this.link.run(STRIKE, [listOf(holder)], [tagOf(scope)]);
  }

  /** The scopes that the holder may have entries in. */
  async listed(holder: string): Promise<string[]> {
    const tags = (await this.link.run(LISTED, [listOf(holder)], [])) as string[];
    return tags.map(nameOf);
  }

  /** Whether this node is the one that does what the name says for so long. */
  async lock(name: string, ms: number): Promise<boolean> {
    return (await this.link.run(LOCK, [`parley:lock:${name}`], [ms])) === 1;
  }
}

function listOf(holder: string): string {
  return `parley:holder:${holder}`;
}
