import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeMessages, insertMessages } from '../support/message-rows.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { randomness } from '../contract/randomness.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

interface Message {
  id: string;
  seq: number;
  rev: number;
  content: string;
  deleted_at: string | null;
}
interface Changes {
  items: Message[];
  last_seq: number;
  epoch: string;
  has_more: boolean;
}
interface Log {
  reader: Actor;
  senderId: string;
  route: string;
  conversationId: string;
}

async function channel(): Promise<Log> {
  const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
  return { reader: members.alice, senderId: owner.id, route: `/channels/${channelId}`, conversationId: channelId };
}

async function dm(): Promise<Log> {
  const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
  await alice.dm(bob);
  const [row] = await app.sql<{ id: string }>(
    'SELECT conversation_id AS id FROM dms WHERE $1 IN (user_low_id, user_high_id)',
    [alice.id],
  );
  return { reader: alice, senderId: bob.id, route: `/dms/${bob.id}`, conversationId: row?.id ?? '' };
}

/** A client that keeps messages by id, and what it knows of the log. */
class Keeper {
  readonly messages = new Map<string, Message>();
  since = 0;

  constructor(private readonly log: Log) {}

  /** Applies one page of the feed. */
  async advance(limit: number): Promise<boolean> {
    const { reader, route } = this.log;
    const page = expectOk(await reader.api.get(`${route}/changes?since=${this.since}&limit=${limit}`)) as Changes;
    const revs = page.items.map(({ rev }) => rev);
    expect(revs).toEqual(revs.toSorted((a, b) => a - b));
    expect(revs.every((rev) => rev > this.since)).toBe(true);
    for (const message of page.items) this.messages.set(message.id, message);
    this.since = page.has_more ? revs.at(-1)! : page.last_seq;
    return page.has_more;
  }

  inOrder(): Message[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** Everything there is, by pages of the history. */
async function freshLoad({ reader, route }: Log): Promise<Message[]> {
  const all: Message[] = [];
  for (let cursor: string | null = '0'; cursor !== null;) {
    const page = expectOk(await reader.api.get(`${route}/messages?limit=40&after_seq=${cursor}`)) as {
      items: Message[];
      next_cursor: string | null;
    };
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

describe.each([
  ['a channel', channel],
  ['a DM', dm],
])('the change feed of %s (2.1)', (_, make) => {
  it('gives clients that stop anywhere, among edits and deletions, what a fresh load would', async () => {
    const random = randomness(5);
    const log = await make();
    const keepers: Keeper[] = [];
    const seqs: number[] = [];
    let head = 0;
    for (let round = 0; round < 25; round += 1) {
      if (round % 4 === 0) keepers.push(new Keeper(log));
      const made = random.below(6) + 1;
      // A log's numbers go on after its changes, so what is made is a stretch from the head.
      await insertMessages(app, { ...log, first: head + 1, last: head + made });
      for (let n = 0; n < made; n += 1) seqs.push((head += 1));
      const changes = Array.from({ length: random.below(5) }, () => ({
        seq: random.pick(seqs),
        ...(random.below(4) > 0 && { content: `edited in round ${round}` }),
      }));
      await changeMessages(app, log.conversationId, changes);
      head += changes.length;
      // One page each: they stand in the middle of what changes next.
      for (const keeper of keepers) await keeper.advance(random.below(9) + 1);
    }
    const fresh = await freshLoad(log);
    expect(fresh.some(({ rev, seq: made }) => rev > made)).toBe(true);
    expect(fresh.some(({ deleted_at }) => deleted_at !== null)).toBe(true);
    for (const keeper of keepers) {
      while (await keeper.advance(7));
      expect(keeper.inOrder()).toEqual(fresh);
      expect(keeper.since).toBe(head);
    }
  });
});
