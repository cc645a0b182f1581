import { Logger } from '@nestjs/common';
import { Cancel } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';
import { deepFreeze } from '../../../common/deep-freeze.js';
import { JoinRequest, Json } from '../../cluster.js';
import { tagOf } from '../redis/key-tag.js';
import type { RedisLink } from '../redis/redis-link.js';
import type { RedisScript } from '../redis/redis-script.js';
import {
  announced,
  Entry,
  parseDelta,
  parseEntry,
  parseState,
  stateOf,
  ScopeDelta,
  ScopeState,
  StateLines,
} from './scope-entry.js';
import { ANNOUNCE, JOIN, KEEP, LEAVE, READ, SWEEP, UPDATE, VERSION } from './set-scripts.js';

/** Keys of a deployment that is no more are gone after so long; what lives is kept by who holds it. */
export const KEYS_TTL_MS = 24 * 3600 * 1000;

/** A request whose data is JSON already, as it was when it was made. */
export interface StoredRequest extends Pick<JoinRequest, 'member' | 'token' | 'limit' | 'answer'> {
  data: string;
  /** What happens when another holds the entry; `only` of this token is it replaced, any other one is asked about. */
  taken: { rule: 'replace' | 'refuse' } | { rule: 'ask'; only: string | undefined };
}

export type StoredOutcome =
  | {
      status: 'joined' | 'replaced';
      order: number;
      version: number;
      came: number;
      previousToken: string | null;
      state: ScopeState | undefined;
    }
  | { status: 'full' | 'taken' }
  | { status: 'ask'; token: string; data: Json };

type JoinReply =
  | [
      status: 'joined' | 'replaced',
      order: number,
      version: number,
      came: number,
      previous: string | null,
      state: StateLines | null,
    ]
  | [status: 'full' | 'taken']
  | [status: 'ask', token: string, data: Json];

/** The sets as Redis holds them: each operation is one script, which publishes its own delta, in the order of versions. */
export class SetStore {
  private readonly logger = new Logger(SetStore.name);

  constructor(private readonly link: RedisLink) {}

  async join(scope: string, request: StoredRequest, holder: string): Promise<StoredOutcome> {
    const { member, token, data, limit = -1, taken, answer = 'snapshot' } = request;
    const only = taken.rule === 'ask' && taken.only !== undefined ? JSON.stringify(taken.only) : '';
    const names = [JSON.stringify(member), JSON.stringify(token)];
    const reply = await this.run(JOIN, scope, [
      ...names,
      data,
      JSON.stringify(holder),
      limit,
      taken.rule,
      only,
      answer,
    ]);
    return outcomeOf(JSON.parse(reply as string) as JoinReply);
  }

  /**
   * Undefined: the token does not hold the entry; else the entry while its grace runs, and `left` when it is gone. With
   * `ended`, only while that grace is the one that runs.
   */
  async leave(
    scope: string,
    { member, token }: { member: string; token: string },
    { graceMs, holder, ended }: { graceMs: number; holder: string; ended?: number },
  ): Promise<Entry | 'left' | undefined> {
    const [name, by] = [JSON.stringify(member), JSON.stringify(token)];
    const reply = await this.run(LEAVE, scope, [name, by, graceMs, JSON.stringify(holder), ended ?? '']);
    if (reply === 'refused') return undefined;
    return reply === 'left' ? reply : parseEntry(member, reply as string);
  }

  async update(scope: string, member: string, token: string, data: string): Promise<boolean> {
    return (await this.run(UPDATE, scope, [JSON.stringify(member), JSON.stringify(token), data])) === 1;
  }

  /** `floor`: the scope's version is raised to it, unless it is empty. */
  async read(scope: string, floor = 0): Promise<ScopeState> {
    return parseState((await this.run(READ, scope, [floor])) as string);
  }

  /** 0: empty. */
  async version(scope: string): Promise<number> {
    return Number(await this.run(VERSION, scope, []));
  }

  /** Makes the holder's entries exactly these, above this version, and answers what the scope is then. */
  async announce(scope: string, holder: string, entries: readonly Entry[], floor: number): Promise<ScopeState> {
    const lines = entries.flatMap(announced);
    return parseState((await this.run(ANNOUNCE, scope, [JSON.stringify(holder), floor, ...lines])) as string);
  }

  /** Ends what a dead holder left, and answers how many entries still have their grace. */
  async sweep(scope: string, holder: string): Promise<number> {
    return (await this.run(SWEEP, scope, [JSON.stringify(holder)])) as number;
  }

  /** Keeps the scope's keys from expiring. */
  async keep(scope: string): Promise<void> {
    await this.run(KEEP, scope, []);
  }

  subscribe(scope: string, listener: (delta: ScopeDelta) => void): Promise<Cancel> {
    return this.link.subscribe(keysOf(scope)[2], (message) => {
      listener(parseDelta(message));
    });
  }

  /** @throws Unavailable whatever the reason: without Redis, or with one that cannot, the node goes on by itself */
  private async run(script: RedisScript, scope: string, args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.link.ask((redis) => {
        const publish = redis.kind.sharded ? 'SPUBLISH' : 'PUBLISH';
        return redis.run(script, keysOf(scope), [publish, KEYS_TTL_MS, ...args]);
      });
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      this.logger.error({ msg: 'a script of the leased sets failed', script: script.name, err: error });
      throw new Unavailable();
    }
  }
}

/** Under other names when the form of an entry changes: nodes of two versions do not read each other's. */
function keysOf(scope: string): [entries: string, head: string, channel: string] {
  const tag = tagOf(scope);
  return [`parley:{${tag}}:entries2`, `parley:{${tag}}:head2`, `parley:{${tag}}:deltas2`];
}

function outcomeOf(reply: JoinReply): StoredOutcome {
  switch (reply[0]) {
    case 'ask':
      return { status: 'ask', token: reply[1], data: deepFreeze(reply[2]) };
    case 'joined':
    case 'replaced': {
      const [status, order, version, came, previousToken, lines] = reply;
      return { status, order, version, came, previousToken, state: lines ? stateOf(lines) : undefined };
    }
    default:
      return { status: reply[0] };
  }
}
