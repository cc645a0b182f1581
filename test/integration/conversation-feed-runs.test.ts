import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalCluster } from '../../src/cluster/local-cluster.js';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import type { ConversationId, UserId } from '../../src/common/ids.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { ConversationFeed } from '../../src/messages/conversation-feed.js';
import type { FeedSubscription } from '../../src/messages/feed-subscription.js';
import { LogSource } from '../../src/messages/internal/log-source.js';
import type { Change } from '../../src/messages/message.js';
import { randomness } from '../contract/randomness.js';
import { eventually } from '../support/eventually.js';
import { insertMessages } from '../support/message-rows.js';
import { channelScene } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { UnreliableCluster } from '../support/unreliable-topics.js';
import type { Fate } from '../support/unreliable-topics.js';
import { upTo } from '../support/up-to.js';

const HOLE_WAIT_MS = 30;
const LARGE = 'x'.repeat(4000);

let app: TestApp;
let owner: Actor;
let channelId: ConversationId;
let clock: ManualClock;
let cluster: UnreliableCluster;
let source: LogSource;
let feed: ConversationFeed;
let reads: number;
const subscriptions: FeedSubscription[] = [];

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

beforeEach(async () => {
  const scene = await channelScene(app, { members: [] });
  owner = scene.owner;
  channelId = scene.channelId as ConversationId;
  clock = new ManualClock();
  cluster = new UnreliableCluster(new LocalCluster(clock));
  source = Object.create(app.app.get(LogSource, { strict: false })) as LogSource;
  reads = 0;
  source.read = (id, from) => {
    reads += 1;
    return LogSource.prototype.read.call(source, id, from);
  };
  feed = new ConversationFeed(cluster, source, clock, app.app.get(BackgroundTasks));
});

afterEach(() => {
  for (const subscription of subscriptions.splice(0)) subscription.detach();
  expect(cluster.topics.subscriptions, 'topic subscriptions left').toBe(0);
  expect(clock.pending, 'timers left').toBe(0);
});

interface Reader {
  subscription: FeedSubscription;
  runs: { run: readonly Change[]; from: number }[];
  revs(): number[];
}

async function attach(drained = () => Promise.resolve()): Promise<Reader> {
  const runs: Reader['runs'] = [];
  const subscription = await feed.attach(channelId, {
    userId: owner.id as UserId,
    deliver: (run, from) => runs.push({ run, from }),
    drained,
    revoked: () => undefined,
  });
  subscriptions.push(subscription);
  return { subscription, runs, revs: () => runs.flatMap(({ run, from }) => run.slice(from).map(({ rev }) => rev)) };
}

/** Stores messages, and gives the changes that are announced after their commit. */
async function store(first: number, last: number, content?: string): Promise<Change[]> {
  await insertMessages(app, {
    conversationId: channelId,
    senderId: owner.id,
    first,
    last,
    ...(content !== undefined && { content }),
  });
  const changes: Change[] = [];
  for (let from = first - 1; from < last;) {
    const page = await LogSource.prototype.read.call(source, channelId, from);
    changes.push(...page.changes);
    from = page.head;
  }
  return changes;
}

/** Lets time pass, as it does, until `check` holds. */
async function settle(check: () => boolean): Promise<void> {
  await eventually(() => {
    if (check()) return true;
    clock.advance(HOLE_WAIT_MS);
    return false;
  });
}

describe('changes that were committed together (2.1)', () => {
  it.each([1, 2, 3, 4])(
    'come in order, each once and none missing, when batches are lost, doubled, reordered and cut at will (seed %i)',
    async (seed) => {
      const random = randomness(seed);
      const fates: Fate[] = ['deliver', 'deliver', 'lose', 'double', 'delay'];
      cluster.topics.fate = () => random.pick(fates);
      const readers: { reader: Reader; from: number }[] = [];
      let last = 0;
      while (last < 150) {
        const changes = await store(last + 1, last + 1 + random.below(8));
        last += changes.length;
        if (random.below(4) === 0) {
          const reader = await attach();
          await reader.subscription.release(last);
          readers.push({ reader, from: last });
        }
        // Cut again, with an overlap, as a batch that is announced twice in other company would be.
        const cut = random.below(changes.length + 1);
        feed.announce(channelId, changes.slice(0, cut));
        feed.announce(channelId, changes.slice(Math.max(0, cut - random.below(3))));
        if (random.below(3) === 0) await cluster.topics.deliverDelayed();
        if (random.below(3) === 0) clock.advance(HOLE_WAIT_MS);
      }
      await feed.checkHeads();
      await settle(() => readers.every(({ reader, from }) => reader.revs().length >= last - from));
      await cluster.topics.deliverDelayed();
      expect(readers.length).toBeGreaterThan(1);
      for (const { reader, from } of readers) expect(reader.revs()).toEqual(upTo(last).slice(from));
    },
  );

  it('go to every subscriber as the same array, and from its own place to one that is inside it', async () => {
    const [behind, inside, past] = [await attach(), await attach(), await attach()];
    await behind.subscription.release(0);
    await inside.subscription.release(3);
    await past.subscription.release(5);
    feed.announce(channelId, await store(1, 5));
    await settle(() => behind.runs.length > 0);
    expect(behind.runs.map(({ from }) => from)).toEqual([0]);
    expect(inside.runs.map(({ from }) => from)).toEqual([3]);
    expect(inside.runs[0]?.run).toBe(behind.runs[0]?.run);
    expect(past.runs).toEqual([]);
    expect(inside.revs()).toEqual([4, 5]);
    expect(reads).toBe(0);
  });
});

describe('what a log keeps in memory', () => {
  it('of large changes ahead of a hole is bounded too: the rest is read', async () => {
    const reader = await attach();
    await reader.subscription.release(0);
    const changes = await store(1, 700, LARGE);
    feed.announce(channelId, changes.slice(1));
    // Half of them would do without a read of their own, if all had been kept.
    feed.announce(channelId, changes.slice(0, 1));
    await settle(() => reader.revs().length === 700);
    expect(reader.revs()).toEqual(upTo(700));
    expect(reads).toBeGreaterThan(0);
  });

  it('of large changes for one who reads its snapshot is bounded too', async () => {
    const [live, slow] = [await attach(), await attach()];
    await live.subscription.release(0);
    for (const change of await store(1, 700, LARGE)) feed.announce(channelId, [change]);
    await settle(() => live.revs().length === 700);
    expect(reads).toBe(0);
    await slow.subscription.release(2);
    expect(reads).toBeGreaterThan(0);
    expect(slow.revs()).toEqual(upTo(700).slice(2));
  });

  it('is not filled by one who reads slowly: what it missed is read as it takes it', async () => {
    let takeOn: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (takeOn = resolve));
    const [live, slow] = [await attach(), await attach(() => taken)];
    await live.subscription.release(0);
    feed.announce(channelId, (await store(1, 600, LARGE)).slice(0, 550));
    await settle(() => live.revs().length === 550);
    const released = slow.subscription.release(0);
    await eventually(() => slow.runs.length > 0);
    expect(slow.revs().length).toBeLessThan(50);
    expect(reads).toBe(1);
    takeOn();
    await released;
    expect(slow.revs()).toEqual(upTo(600));
  });
});
