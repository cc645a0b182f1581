import { expect } from 'vitest';
import { PASSWORD } from '../../support/scene.js';
import type { Stage } from './stage.js';

interface StoredMessage {
  id: string;
  seq: number;
  rev: number;
  nonce: string | null;
}

export interface Verdict {
  acked: number;
  stored: number;
  /** Acknowledged, or seen by someone, and not in the database under that number. */
  lost: string[];
  /** Nonces that made more than one message. */
  doubled: string[];
  /** Numbers without a message. */
  holes: number[];
  head: number;
  /** What readers were given out of order, twice or not at all. */
  violations: string[];
}

/** A stage, or what the processes that wrote and read in its place have said. */
interface Evidence extends Pick<Stage, 'database' | 'channelId' | 'servers' | 'users' | 'acked'> {
  writers: readonly { acked: ReadonlyMap<string, { id: string; seq: number }> }[];
  readers: readonly { seen: ReadonlyMap<number, string>; violations: readonly string[]; cursor: number }[];
}

/** I1 to I4: what the database and the clients say of each other, once everyone has settled. */
async function judge({ database, channelId, writers, readers, acked }: Evidence): Promise<Verdict> {
  const stored = await database.sql<StoredMessage>(
    `SELECT id, seq::int, rev::int, nonce FROM messages WHERE conversation_id = $1 ORDER BY seq`,
    [channelId],
  );
  const [conversation] = await database.sql<{ head: number }>(
    'SELECT last_seq::int AS head FROM conversations WHERE id = $1',
    [channelId],
  );
  const bySeq = new Map(stored.map(({ seq, id }) => [seq, id]));
  const claims = [
    ...writers.flatMap((writer) => [...writer.acked.values()].map(({ seq, id }) => ({ seq, id, by: 'ack' }))),
    ...readers.flatMap((reader) => [...reader.seen].map(([seq, id]) => ({ seq, id, by: 'seen' }))),
  ];
  const head = conversation?.head ?? 0;
  return {
    acked,
    stored: stored.length,
    lost: claims.filter(({ seq, id }) => bySeq.get(seq) !== id).map(({ seq, id, by }) => `${by} ${seq} ${id}`),
    doubled: doublesOf(stored),
    holes: Array.from({ length: head }, (_, i) => i + 1).filter((seq) => !bySeq.has(seq)),
    head,
    violations: readers.flatMap((reader) => reader.violations),
  };
}

/** The whole oracle (I1 to I4, I6, I7): fails with what is wrong. `stored`: messages that the test itself has put there. */
export async function expectWhole(stage: Evidence, { stored = 0 } = {}): Promise<Verdict> {
  const verdict = await judge(stage);
  expect(verdict).toMatchObject({ lost: [], doubled: [], holes: [], violations: [] });
  expect(verdict.stored).toBe(verdict.head);
  expect(verdict.acked).toBe(verdict.stored - stored);
  for (const reader of stage.readers) expect(reader.cursor).toBe(verdict.head);
  for (const { url } of stage.servers)
    for (const probe of ['live', 'ready']) expect((await fetch(`${url}/health/${probe}`)).status, probe).toBe(200);
  expectCleanLog(stage);
  return verdict;
}

/** I6 and I7: nothing went unhandled, and no log line holds what must not be in one. */
export function expectCleanLog({ servers, users }: Pick<Stage, 'servers' | 'users'>): void {
  const secrets = [PASSWORD, 'a secret of the fault tests', 'message w', ...users.flatMap(secretsOf)];
  for (const { output } of servers) {
    expect(output).toContain('Listening on');
    expect(output).not.toMatch(/unhandled rejection|uncaught exception|UnhandledPromise/i);
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  }
}

/** The signature alone makes a token worth anything. */
function secretsOf({ token, refreshToken }: { token: string; refreshToken: string }): string[] {
  return [token.split('.').at(-1)!, refreshToken];
}

function doublesOf(stored: readonly StoredMessage[]): string[] {
  const nonces = stored.map(({ nonce }) => nonce).filter((nonce) => nonce !== null);
  const known = new Set<string>();
  return nonces.filter((nonce) => known.size === known.add(nonce).size);
}
