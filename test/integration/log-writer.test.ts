import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimited } from '../../src/common/domain-error.js';
import type { ConversationId, UserId } from '../../src/common/ids.js';
import type { Sent } from '../../src/messages/message.js';
import { NoAccess, NonceReused } from '../../src/messages/messages.errors.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { logOf, logScene } from '../support/log-scene.js';
import { removeBySql } from '../support/message-rows.js';
import { expectOk, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const settled = <T>(promises: Promise<T>[]) => Promise.allSettled(promises);
const reasonOf = (result: PromiseSettledResult<unknown> | undefined) =>
  result?.status === 'rejected' ? (result.reason as unknown) : undefined;
const storedOf = (results: PromiseSettledResult<Sent>[]) =>
  results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.message] : []));

describe('a batch (2.1)', () => {
  it('is what arrived while another was written: many messages, few transactions', async () => {
    const scene = await logScene(app);
    const sent = await Promise.all(upTo(100).map((n) => scene.send(scene.alice, `message ${n}`)));
    expect(sent.map(({ message }) => message.seq)).toEqual(upTo(100));
    const rows = await logOf(app, scene.channelId);
    expect(rows.map(({ content }) => content)).toEqual(upTo(100).map((n) => `message ${n}`));
    expect(new Set(rows.map(({ tx }) => tx)).size).toBe(2);
  });

  it('gives each of its logs dense numbers, and each sender’s messages stay in order', async () => {
    const scenes = await Promise.all(upTo(3).map(() => logScene(app)));
    const writers = scenes.flatMap((scene) =>
      [scene.alice, scene.bob, scene.owner].map(async (sender) => {
        for (let n = 0; n < 20; n += 2)
          await Promise.all([scene.send(sender, `${sender} ${n}`), scene.send(sender, `${sender} ${n + 1}`)]);
      }),
    );
    await Promise.all(writers);
    for (const { channelId, alice, bob, owner } of scenes) {
      const rows = await logOf(app, channelId);
      expect(rows.map(({ seq }) => Number(seq))).toEqual(upTo(60));
      for (const sender of [alice, bob, owner]) {
        const own = rows.filter((row) => row.sender_id === sender).map(({ content }) => content);
        expect(own).toEqual(upTo(20).map((n) => `${sender} ${n - 1}`));
      }
      const heads = await app.sql('SELECT last_seq FROM conversations WHERE id = $1', [channelId]);
      expect(heads).toEqual([{ last_seq: '60' }]);
    }
  });

  it('that Postgres refuses for one draft stores all others, in order, and the error is that draft’s alone', async () => {
    const [scene, other] = [await logScene(app), await logScene(app)];
    const results = await settled([
      scene.send(scene.alice, 'alone'),
      ...upTo(5).map((n) => scene.send(scene.alice, `${n}`)),
      // No edge lets NUL through.
      scene.send(scene.bob, 'bad \0'),
      ...upTo(5).map((n) => other.send(other.bob, `${n}`)),
      scene.send(scene.alice, '6'),
    ]);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(reasonOf(results[6])).toMatchObject({ code: '22021' });
    expect((await logOf(app, scene.channelId)).map(({ content }) => content)).toEqual([
      'alone',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(await logOf(app, other.channelId)).toHaveLength(5);
  });

  it('names the members that its messages mention, and nobody else', async () => {
    const { alice, bob, names, send } = await logScene(app);
    const stranger = await register(app);
    const sent = await Promise.all(
      ['nobody', `@${names.bob}`, `@${names.bob.toUpperCase()}, @${names.alice}.`, `@${stranger.username}`].map(
        (content) => send(alice, content),
      ),
    );
    expect(sent.map(({ message }) => [...message.mentions].sort())).toEqual([[], [bob], [alice, bob].sort(), []]);
    const stored = await app.sql<{ mentions: string[] }>(
      'SELECT mentions FROM messages WHERE id = ANY ($1) ORDER BY seq',
      [sent.map(({ message }) => message.id)],
    );
    expect(stored.map(({ mentions }) => mentions)).toEqual(sent.map(({ message }) => message.mentions));
  });
});

describe('a nonce (2.1)', () => {
  it('twice in what waits makes one message; with another draft it is a conflict', async () => {
    const { alice, bob, channelId, send } = await logScene(app);
    const results = await settled([
      send(alice, 'first'),
      send(alice, 'once', 'n1'),
      send(alice, 'once', 'n1'),
      send(alice, 'other', 'n1'),
      send(bob, 'once', 'n1'),
      send(alice, 'last'),
    ]);
    const [, one, two, three, bobs, last] = results as PromiseFulfilledResult<Sent>[];
    expect(two!.value).toEqual({ message: one!.value.message, duplicate: true });
    expect(reasonOf(three)).toBeInstanceOf(NonceReused);
    expect(bobs!.value.duplicate).toBe(false);
    expect(last!.value.message.seq).toBe(4);
    expect((await logOf(app, channelId)).map(({ content }) => content)).toEqual(['first', 'once', 'once', 'last']);
  });

  it('of a message that was deleted gives its tombstone', async () => {
    const { alice, send } = await logScene(app);
    const { message } = await send(alice, 'once', 'n1');
    await app.sql(`UPDATE messages SET deleted_at = '2026-01-01T00:00:00Z' WHERE id = $1`, [message.id]);
    expect(await send(alice, 'once', 'n1')).toEqual({
      duplicate: true,
      message: { ...message, content: '', deletedAt: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('tells a removed member nothing', async () => {
    const { alice, groupId, send } = await logScene(app);
    await send(alice, 'once', 'n1');
    await removeBySql(app, { groupId, userId: alice });
    for (const content of ['once', 'other'])
      expect(reasonOf((await settled([send(alice, content, 'n1')]))[0])).toBeInstanceOf(NoAccess);
  });
});

describe('who may write', () => {
  it('members alone, and for a stranger a log of others is none', async () => {
    const { channelId, owner, send } = await logScene(app);
    const stranger = (await register(app)).id as UserId;
    const messages = app.app.get(MessagesService, { strict: false });
    const gone = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' as ConversationId;
    const nobody = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61' as UserId;
    const results = await settled([
      send(owner, 'mine'),
      send(stranger, 'in'),
      messages.send(owner, gone, { content: 'x' }),
      send(nobody, 'in'),
      send(owner, 'mine'),
    ]);
    expect(results.map(reasonOf).slice(1, 4)).toEqual([new NoAccess(), new NoAccess(), new NoAccess()]);
    expect(await logOf(app, channelId)).toHaveLength(2);
  });

  it('the two sides of a direct conversation, which is no channel', async () => {
    const [alice, bob, eve] = [await register(app), await register(app), await register(app)];
    const first = expectOk(await alice.api.post(`/dms/${bob.id}/messages`, { content: 'hi' })) as {
      conversation_id: string;
    };
    const id = first.conversation_id as ConversationId;
    const messages = app.app.get(MessagesService, { strict: false });
    const say = (from: { id: string }, content: string) => messages.send(from.id as UserId, id, { content });
    const results = await settled([
      say(bob, `@${alice.username} @${bob.username} @${eve.username}`),
      say(alice, `@${bob.username}`),
      say(eve, 'let me in'),
      messages.sendToChannel(alice.id as UserId, id, { content: 'x' }),
    ]);
    expect(storedOf(results).map(({ seq, mentions }) => [seq, mentions])).toEqual([
      [2, [alice.id]],
      [3, [bob.id]],
    ]);
    expect(results.map(reasonOf).slice(2)).toEqual([new NoAccess(), new NoAccess()]);
  });

  it('a member under slow mode once, also of those that wait together; moderators without limit', async () => {
    const { alice, bob, owner, channelId, send } = await logScene(app);
    await app.sql('UPDATE channels SET slow_mode_s = 60 WHERE id = $1', [channelId]);
    const results = await settled([
      send(owner, 'first'),
      send(alice, 'a1', 'n1'),
      send(alice, 'a2'),
      send(bob, 'b1'),
      send(owner, 'o1'),
      send(owner, 'o2'),
      send(bob, 'b2'),
    ]);
    expect(storedOf(results).map(({ content }) => content)).toEqual(['first', 'a1', 'b1', 'o1', 'o2']);
    expect((await logOf(app, channelId)).map(({ seq }) => Number(seq))).toEqual(upTo(5));
    const again = await settled([send(alice, 'a3'), send(alice, 'a1', 'n1')]);
    for (const refused of [results[2], results[6], again[0]]) {
      const reason = reasonOf(refused) as RateLimited;
      expect(reason).toBeInstanceOf(RateLimited);
      expect(reason.retryAfterMs).toBeGreaterThan(50_000);
      expect(reason.retryAfterMs).toBeLessThanOrEqual(60_000);
    }
    expect(again[1]).toMatchObject({ status: 'fulfilled', value: { duplicate: true } });
  });
});
