import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalCluster } from '../../src/cluster/local-cluster.js';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { Clock } from '../../src/common/clock.js';
import { Unavailable } from '../../src/common/domain-error.js';
import { Ids } from '../../src/common/ids.js';
import type { ConversationId, UserId } from '../../src/common/ids.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { Metrics } from '../../src/infra/observability/metrics.js';
import { ConversationFeed } from '../../src/messages/conversation-feed.js';
import type { FeedSubscription } from '../../src/messages/feed-subscription.js';
import { LogMetrics } from '../../src/messages/internal/log-metrics.js';
import { LogSource } from '../../src/messages/internal/log-source.js';
import { LogWriter } from '../../src/messages/internal/log-writer.js';
import { MessageHistoryService } from '../../src/messages/message-history.service.js';
import type { Change } from '../../src/messages/message.js';
import { NoAccess } from '../../src/messages/messages.errors.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { LogAppend } from '../../src/messages/persistence/log-append.js';
import { eventually } from '../support/eventually.js';
import { insertMessages, removeBySql } from '../support/message-rows.js';
import { channelScene } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { UnreliableCluster } from '../support/unreliable-topics.js';
import type { Fate } from '../support/unreliable-topics.js';
import { upTo } from '../support/up-to.js';
import { randomness } from '../contract/randomness.js';

const HOLE_WAIT_MS = 30;
const RETRY_MS = 500;
const LIMIT = 1000;

let app: TestApp;
let owner: Actor;
let members: Record<'alice' | 'bob', Actor>;
let groupId: string;
let channelId: ConversationId;
let clock: ManualClock;
let cluster: UnreliableCluster;
let feed: ConversationFeed;
let messages: MessagesService;
let source: LogSource;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

beforeEach(async () => {
  const scene = await channelScene(app, { members: ['alice', 'bob'] });
  ({ owner, members, groupId } = scene);
  channelId = scene.channelId as ConversationId;
  clock = new ManualClock();
  cluster = new UnreliableCluster(new LocalCluster(clock));
  // What a test overrides is its own: the app's is shared.
  source = Object.create(app.app.get(LogSource, { strict: false })) as LogSource;
  feed = new ConversationFeed(cluster, source, clock, app.app.get(BackgroundTasks));
  const [log, appClock, ids] = [app.app.get(LogAppend, { strict: false }), app.app.get(Clock), app.app.get(Ids)];
  messages = new MessagesService(new LogWriter(log, feed, appClock, ids, new LogMetrics(new Metrics())));
});

afterEach(() => {
  for (const reader of readers) reader.subscription.detach();
  readers.length = 0;
  expect(cluster.topics.subscriptions, 'topic subscriptions left').toBe(0);
  expect(clock.pending, 'timers left').toBe(0);
});

interface Reader {
  subscription: FeedSubscription;
  got: Change[];
  revs: () => number[];
  revoked: () => boolean;
}
const readers: Reader[] = [];

async function attach({ id }: Actor): Promise<Reader> {
  const got: Change[] = [];
  let revoked = false;
  const subscription = await feed.attach(channelId, {
    userId: id as UserId,
    deliver: (run, from) => got.push(...run.slice(from)),
    drained: () => Promise.resolve(),
    revoked: () => {
      revoked = true;
    },
  });
  const reader = { subscription, got, revs: () => got.map(({ rev }) => rev), revoked: () => revoked };
  readers.push(reader);
  return reader;
}

/** Attached, and released from the head: as if it had read a snapshot of an empty log. */
async function live(actor: Actor, from = 0): Promise<Reader> {
  const reader = await attach(actor);
  await reader.subscription.release(from);
  return reader;
}

const send = (content = 'hi') => messages.send(owner.id as UserId, channelId, { content });

/** The changes as they are published after their commits. */
async function changesOf(first: number, last: number): Promise<Change[]> {
  const rows: Change[] = [];
  for (let from = first - 1; from < last;) {
    const page = await source.read(channelId, from);
    rows.push(...page.changes);
    from = page.head;
  }
  return rows.filter(({ rev }) => rev <= last);
}

/** Lets time pass, as it does, until `check` holds: a hole that is left is read once its wait is over. */
async function settle(check: () => boolean): Promise<void> {
  await eventually(() => {
    if (check()) return true;
    clock.advance(HOLE_WAIT_MS);
    return false;
  });
}

describe('the live stream on one node (2.1)', () => {
  it('comes in order and without holes when notifications are lost, doubled, delayed and reordered', async () => {
    const random = randomness(7);
    const fates: Fate[] = ['deliver', 'deliver', 'lose', 'double', 'delay'];
    cluster.topics.fate = () => random.pick(fates);
    const all = [await live(owner), await live(members.alice), await live(members.bob)];
    const writer = async () => {
      for (let n = 0; n < 40; n += 1) {
        await send(`message ${n}`);
        if (random.below(5) === 0) await cluster.topics.deliverDelayed();
        if (random.below(3) === 0) clock.advance(HOLE_WAIT_MS);
      }
    };
    await Promise.all([writer(), writer(), writer()]);
    await feed.checkHeads();
    await settle(() => all.every(({ got }) => got.length >= 120));
    await cluster.topics.deliverDelayed();
    for (const reader of all) expect(reader.revs()).toEqual(upTo(120));
  });

  it('catches up at the head check when every notification was lost', async () => {
    cluster.topics.fate = () => 'lose';
    const reader = await live(members.alice);
    for (let n = 0; n < 3; n += 1) await send();
    expect(reader.revs()).toEqual([]);
    feed.onApplicationBootstrap();
    clock.advance(5000);
    await settle(() => reader.got.length > 0);
    expect(reader.revs()).toEqual([1, 2, 3]);
    feed.beforeApplicationShutdown();
  });

  it('checks the head every second while the backplane is away, and every 5 s again once it is back', async () => {
    let checks = 0;
    source.heads = (ids) => {
      checks += 1;
      return LogSource.prototype.heads.call(source, ids);
    };
    cluster.topics.fate = () => 'lose';
    const reader = await live(members.alice);
    feed.onApplicationBootstrap();
    cluster.backplane.lose();
    for (let second = 1; second <= 3; second += 1) {
      await send();
      clock.advance(1000);
      await eventually(() => reader.got.length === second);
      expect(checks).toBe(second);
    }
    await send();
    cluster.backplane.restore();
    await eventually(() => reader.got.length === 4);
    expect(checks).toBe(4);
    clock.advance(3499);
    await send();
    clock.advance(1501);
    await eventually(() => reader.got.length === 5);
    expect(checks).toBe(5);
    feed.beforeApplicationShutdown();
  });

  it('checks the head at once when notifications may have been lost, and once more for what a check came too early for', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let checks = 0;
    let read = false;
    source.heads = async (ids) => {
      checks += 1;
      const heads = await LogSource.prototype.heads.call(source, ids);
      read = true;
      await gate;
      return heads;
    };
    cluster.topics.fate = () => 'lose';
    const reader = await live(members.alice);
    feed.onApplicationBootstrap();
    cluster.backplane.restore();
    await eventually(() => read);
    await send();
    for (let n = 0; n < 3; n += 1) cluster.backplane.restore();
    clock.advance(5000);
    expect(checks).toBe(1);
    open();
    await eventually(() => reader.got.length === 1);
    expect(checks).toBe(2);
    feed.beforeApplicationShutdown();
  });

  it('misses nothing that was committed while it started on a backplane that had been away', async () => {
    cluster.topics.fate = () => 'lose';
    let answer: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let read = false;
    source.head = async (id) => {
      const head = await LogSource.prototype.head.call(source, id);
      read = true;
      await gate;
      return head;
    };
    const attaching = attach(members.alice);
    await eventually(() => read);
    await send();
    await feed.checkHeads();
    answer();
    const reader = await attaching;
    await reader.subscription.release(0);
    await settle(() => reader.got.length === 1);
  });

  it('waits a moment for a notification that was overtaken, and reads the hole only then', async () => {
    cluster.topics.fate = () => 'delay';
    const reader = await live(members.alice);
    await send();
    cluster.topics.fate = () => 'deliver';
    let reads = 0;
    source.read = (id, from) => {
      reads += 1;
      return LogSource.prototype.read.call(source, id, from);
    };
    await send();
    expect(reader.revs()).toEqual([]);
    await cluster.topics.deliverDelayed();
    await settle(() => reader.got.length === 2);
    clock.advance(HOLE_WAIT_MS);
    expect(reads).toBe(0);
    expect(reader.revs()).toEqual([1, 2]);
  });

  it('reads a hole whose notification was lost, without waiting for the head check', async () => {
    const reader = await live(members.alice);
    cluster.topics.fate = () => 'lose';
    await send();
    cluster.topics.fate = () => 'deliver';
    await send();
    await settle(() => clock.pending === 1);
    clock.advance(HOLE_WAIT_MS);
    await settle(() => reader.got.length === 2);
    expect(reader.revs()).toEqual([1, 2]);
  });

  it('keeps a bounded number of changes ahead of a hole, and reads the rest', async () => {
    const reader = await live(members.alice);
    const last = LIMIT + 200;
    await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: 1, last });
    for (const change of await changesOf(2, last)) feed.announce(change.message.conversationId, [change]);
    await app.api.get('/auth/sessions');
    expect(reader.revs()).toEqual([]);
    clock.advance(HOLE_WAIT_MS);
    await settle(() => reader.got.length >= last);
    expect(reader.revs()).toEqual(upTo(last));
  });

  it('holds a bounded number of changes for one who reads its snapshot, and reads the rest from Postgres', async () => {
    const other = await live(members.bob);
    const slow = await attach(members.alice);
    const last = LIMIT + 200;
    await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: 1, last });
    for (const change of await changesOf(1, last)) feed.announce(change.message.conversationId, [change]);
    await settle(() => other.got.length === last);
    await slow.subscription.release(5);
    expect(slow.revs()).toEqual(upTo(last).slice(5));
  });

  it('gives one who attaches in the middle every change after its snapshot, once', async () => {
    const attached: { reader: Reader; from: number }[] = [];
    const flood = (async () => {
      for (let n = 0; n < 60; n += 1) await send();
    })();
    for (let n = 0; n < 10; n += 1) {
      const reader = await attach(members.alice);
      const { lastSeq: from = 0 } = (await source.head(channelId)) ?? {};
      await reader.subscription.release(from);
      attached.push({ reader, from });
    }
    await flood;
    await settle(() => attached.every(({ reader, from }) => reader.got.length >= 60 - from));
    for (const { reader, from } of attached) expect(reader.revs()).toEqual(upTo(60).slice(from));
  });

  it('survives that Postgres is away while a hole is read: it tries again, and not in a circle', async () => {
    const reader = await live(members.alice);
    let reads = 0;
    source.read = (id, from) => {
      reads += 1;
      return reads <= 3 ? Promise.reject(new Unavailable()) : LogSource.prototype.read.call(source, id, from);
    };
    // A newer membership version makes it read at once.
    await app.sql('UPDATE conversations SET membership_version = membership_version + 1 WHERE id = $1', [channelId]);
    await send();
    await settle(() => reads === 1);
    for (const expected of [2, 3, 4]) {
      await settle(() => clock.pending === 1);
      expect(reads).toBe(expected - 1);
      clock.advance(RETRY_MS);
      await settle(() => reads === expected);
    }
    await settle(() => reader.got.length === 1);
  });

  it.each(['the backplane', 'Postgres'])('keeps no reader that could not start: %s was away', async (what) => {
    if (what === 'Postgres') source.head = () => Promise.reject(new Unavailable());
    else cluster.topics.away = true;
    const failed = await Promise.allSettled([attach(members.alice), attach(members.bob)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(cluster.topics.subscriptions).toBe(0);
    cluster.topics.away = false;
    Reflect.deleteProperty(source, 'head');
    const reader = await live(members.alice);
    await send();
    await settle(() => reader.got.length === 1);
  });
});

describe('revocation on another node, whose event never came (2.1)', () => {
  it('gives the removed one nothing that was committed after it, and goes on for the others', async () => {
    const [alice, bob] = [await live(members.alice), await live(members.bob)];
    await send('before');
    await settle(() => bob.got.length === 1 && alice.got.length === 1);
    await removeBySql(app, { groupId, userId: members.bob.id });
    await send('after');
    await settle(() => alice.got.length === 2);
    expect(bob.revs()).toEqual([1]);
    expect(bob.revoked()).toBe(true);
    expect(alice.revoked()).toBe(false);
  });

  it('closes the removed one of a quiet channel at the head check', async () => {
    const [alice, bob] = [await live(members.alice), await live(members.bob)];
    await removeBySql(app, { groupId, userId: members.bob.id });
    await feed.checkHeads();
    await settle(() => bob.revoked());
    expect(alice.revoked()).toBe(false);
  });

  it('gives nothing to one whose held changes overflowed before the removal was noticed', async () => {
    const [alice, bob] = [await live(members.alice), await attach(members.bob)];
    await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: 1, last: LIMIT + 10 });
    for (const change of await changesOf(1, LIMIT + 10)) feed.announce(change.message.conversationId, [change]);
    await settle(() => alice.got.length === LIMIT + 10);
    await removeBySql(app, { groupId, userId: members.bob.id });
    await bob.subscription.release(0);
    expect(bob.revs()).toEqual([]);
    expect(bob.revoked()).toBe(true);
  });

  it('leaves one alone who attaches while the others are checked', async () => {
    const bob = await live(members.bob);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let asked = false;
    source.readersAmong = async (id, userIds) => {
      asked = true;
      const answer = await LogSource.prototype.readersAmong.call(source, id, userIds);
      await gate;
      return answer;
    };
    await removeBySql(app, { groupId, userId: members.bob.id });
    await feed.checkHeads();
    await settle(() => asked);
    const alice = await live(members.alice);
    open();
    await settle(() => bob.revoked());
    expect(alice.revoked()).toBe(false);
    await send();
    await settle(() => alice.got.length === 1);
  });

  it('finds one who attached and was removed while the others were checked', async () => {
    const bob = await live(members.bob);
    let asked = false;
    let answer: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    source.readersAmong = async (id, userIds) => {
      asked = true;
      await gate;
      return LogSource.prototype.readersAmong.call(source, id, userIds);
    };
    await removeBySql(app, { groupId, userId: members.bob.id });
    await feed.checkHeads();
    await settle(() => asked);
    const alice = await live(members.alice);
    await removeBySql(app, { groupId, userId: members.alice.id });
    answer();
    await settle(() => bob.revoked());
    await send();
    await settle(() => alice.revoked());
    expect(alice.got).toEqual([]);
  });

  it('gives no snapshot to one who was removed after the admission had checked', async () => {
    const history = app.app.get(MessageHistoryService, { strict: false });
    const snapshot = () => history.snapshot(members.bob.id as UserId, channelId, { history: 10, since: 0 });
    expect((await snapshot()).lastSeq).toBe(0);
    await removeBySql(app, { groupId, userId: members.bob.id });
    await expect(snapshot()).rejects.toThrow(NoAccess);
  });

  it('closes everyone when the conversation is deleted', async () => {
    const [alice, bob] = [await live(members.alice), await live(members.bob)];
    await app.sql('DELETE FROM conversations WHERE id = $1', [channelId]);
    await feed.checkHeads();
    expect([alice.revoked(), bob.revoked()]).toEqual([true, true]);
  });

  it('closes everyone when a hole turns out to be in a deleted conversation', async () => {
    const alice = await live(members.alice);
    await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: 1, last: 2 });
    const [, second] = await changesOf(1, 2);
    await app.sql('DELETE FROM conversations WHERE id = $1', [channelId]);
    if (second) feed.announce(second.message.conversationId, [second]);
    await settle(() => clock.pending === 1);
    clock.advance(HOLE_WAIT_MS);
    await settle(() => alice.revoked());
  });
});
