import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DomainEvents } from '../../src/common/domain-events.js';
import { UnreadsService } from '../../src/unreads/unreads.service.js';
import { withClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { logScene } from '../support/log-scene.js';
import type { LogScene } from '../support/log-scene.js';
import { changeMessages } from '../support/message-rows.js';
import { register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const nothing = () => Promise.resolve();

let app: TestApp;
let unreads: UnreadsService;
let scene: LogScene;

beforeAll(async () => {
  app = await startTestApp();
  unreads = app.app.get(UnreadsService, { strict: false });
});
beforeEach(async () => {
  scene = await logScene(app);
});
afterAll(() => app.close());

/** The slow count: every message of the log is looked at. */
async function reference(userId: string): Promise<{ unread: number; mentions: number }> {
  const [row] = await app.sql<{ unread: number; mentions: number }>(
    `SELECT count(*)::int AS unread, (count(*) FILTER (WHERE $2::uuid = ANY (m.mentions)))::int AS mentions
       FROM messages m LEFT JOIN read_states r ON r.conversation_id = m.conversation_id AND r.user_id = $2
      WHERE m.conversation_id = $1 AND m.seq > coalesce(r.last_read_seq, 0) AND m.sender_id <> $2 AND m.deleted_at IS NULL`,
    [scene.channelId, userId],
  );
  return row!;
}

async function counted(userId: LogScene['bob']): Promise<{ unread: number; mentions: number }> {
  const [view] = await unreads.of([{ userId, conversationId: scene.channelId }]);
  return { unread: view!.unreadCount, mentions: view!.mentionCount };
}

/** What a writer does in one transaction: the log's lock, the next number, the message, the counter of whom it mentions. */
function sendMention(
  userId: string,
  {
    beforeCounting = nothing,
    afterCounting = nothing,
  }: Partial<Record<'beforeCounting' | 'afterCounting', () => Promise<unknown>>> = {},
): Promise<void> {
  return withClient(app.databaseUrl, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE', [scene.channelId]);
    await client.query(
      `WITH log AS (UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
       INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, mentions, created_at)
       SELECT gen_random_uuid(), $1, last_seq, last_seq, $2, 'you', ARRAY[$3::uuid], now() FROM log`,
      [scene.channelId, scene.alice, userId],
    );
    await beforeCounting();
    await client.query(
      `INSERT INTO read_states AS r (conversation_id, user_id, mention_count) VALUES ($1, $2, 1)
       ON CONFLICT (conversation_id, user_id) DO UPDATE SET mention_count = r.mention_count + 1`,
      [scene.channelId, userId],
    );
    await afterCounting();
    await client.query('COMMIT');
  });
}

async function readerWaits(): Promise<boolean> {
  const waiting = await app.sql(
    `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%read_states%'`,
  );
  return waiting.length > 0;
}

describe('counts beside a slow reference count', () => {
  it('are the same after writes, edits, deletes and reads that went on at once', async () => {
    const { alice, bob, owner, channelId } = scene;
    const edits = Array.from({ length: 15 }, (_, n) => ({
      seq: 1 + 2 * n,
      ...(n % 3 === 0 ? {} : { content: `edit ${n}` }),
    }));
    for (let n = 0; n < 40; n++) await scene.send(alice, `before ${n}`);
    const senders = [alice, bob, owner, alice];
    await Promise.all([
      ...senders.map(async (sender, s) => {
        for (let n = 0; n < 25; n++) await scene.send(sender, `${s} says ${n}`);
      }),
      changeMessages(app, channelId, edits),
      ...[bob, owner].map(async (reader) => {
        for (let n = 0; n < 20; n++) await unreads.read(reader, channelId, (n * 17) % 60);
      }),
    ]);
    for (const reader of [alice, bob, owner]) {
      const expected = await reference(reader);
      expect(expected.unread).toBeGreaterThan(0);
      expect(await counted(reader)).toEqual(expected);
    }
  });

  it('are those of a list, too, and of many pairs in one statement', async () => {
    const { alice, bob, owner, channelId } = scene;
    for (let n = 0; n < 5; n++) await scene.send(alice, `number ${n}`);
    await unreads.read(bob, channelId, 2);
    const views = await unreads.of([bob, owner].map((userId) => ({ userId, conversationId: channelId })));
    expect(new Map(views.map((view) => [view.userId, view.unreadCount]))).toEqual(
      new Map([
        [bob, 3],
        [owner, 5],
      ]),
    );
    expect(await unreads.list(bob, { limit: 10 })).toEqual(views.filter(({ userId }) => userId === bob));
  });

  it('are not told to who may not read the conversation', async () => {
    const stranger = await register(app);
    expect(await unreads.of([{ userId: stranger.id as LogScene['bob'], conversationId: scene.channelId }])).toEqual([]);
  });
});

describe('the counter of mentions', () => {
  it('loses none, and counts none twice, while the pointer moves', async () => {
    const { bob, channelId } = scene;
    await Promise.all([
      ...[0, 1, 2].map(async () => {
        for (let n = 0; n < 20; n++) await sendMention(bob);
      }),
      ...[0, 1].map(async (r) => {
        for (let n = 0; n < 40; n++) await unreads.read(bob, channelId, n + r);
      }),
    ]);
    const expected = await reference(bob);
    expect(expected.mentions).toBeGreaterThan(0);
    expect((await counted(bob)).mentions).toBe(expected.mentions);
  });

  it('counts a mention whose transaction was under way while the pointer moved to the head', async () => {
    const { bob, channelId } = scene;
    await sendMention(bob);
    await sendMention(bob, {
      beforeCounting: async () => {
        expect(await unreads.read(bob, channelId, Number.MAX_SAFE_INTEGER)).toMatchObject({
          lastReadSeq: 1,
          mentionCount: 0,
        });
      },
    });
    expect(await counted(bob)).toEqual({ unread: 1, mentions: 1 });
  });

  it('does not lose one that was counted, and not committed, when the pointer was asked to move', async () => {
    const { bob, channelId } = scene;
    await sendMention(bob);
    let reading: Promise<unknown> = Promise.resolve();
    await sendMention(bob, {
      afterCounting: () => {
        reading = unreads.read(bob, channelId, 1);
        return eventually(readerWaits);
      },
    });
    expect(await reading).toMatchObject({ lastReadSeq: 1, mentionCount: 1 });
    expect(await counted(bob)).toEqual(await reference(bob));
  });

  it('is counted anew when the pointer moves back', async () => {
    const { bob, channelId } = scene;
    for (let n = 0; n < 3; n++) await sendMention(bob);
    expect(await unreads.read(bob, channelId, 3)).toMatchObject({ lastReadSeq: 3, mentionCount: 0 });
    expect(await unreads.read(bob, channelId, 1)).toMatchObject({ lastReadSeq: 1, mentionCount: 2 });
  });
});

it('conversation.read is published when the pointer moved, and only then', async () => {
  const { alice, bob, channelId } = scene;
  const told: number[] = [];
  const stop = app.app
    .get(DomainEvents, { strict: false })
    .on('conversation.read', ({ conversationId, userId, lastReadSeq }) => {
      if (conversationId === channelId && userId === bob) told.push(lastReadSeq);
    });
  await scene.send(alice, 'one');
  for (const seq of [1, 1, 5, 0]) await unreads.read(bob, channelId, seq);
  stop();
  expect(told).toEqual([1, 0]);
});
