import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Clock } from '../../src/common/clock.js';
import { Unavailable } from '../../src/common/domain-error.js';
import { Ids } from '../../src/common/ids.js';
import { RowLocked } from '../../src/infra/database/database-errors.js';
import { Metrics } from '../../src/infra/observability/metrics.js';
import { ConversationFeed } from '../../src/messages/conversation-feed.js';
import { LogMetrics } from '../../src/messages/internal/log-metrics.js';
import { LogWriter } from '../../src/messages/internal/log-writer.js';
import type { Sent } from '../../src/messages/message.js';
import { NoAccess, NonceReused } from '../../src/messages/messages.errors.js';
import { LogAppend } from '../../src/messages/persistence/log-append.js';
import { eventually } from '../support/eventually.js';
import { Holder, logOf, logScene, writerWaits } from '../support/log-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const outcomeOf = (sent: Promise<Sent>) =>
  sent.then(
    ({ message }) => message.seq,
    (reason: unknown) => reason,
  );
const contentsOf = async (channelId: string) => (await logOf(app, channelId)).map(({ content }) => content);

describe('a conversation that another transaction holds (F16)', () => {
  it('is refused as unavailable; the others go on meanwhile, and it goes on when it is free', async () => {
    const [locked, free] = [await logScene(app), await logScene(app)];
    const holder = await Holder.of(app, locked.channelId);
    const refused = Promise.all(upTo(3).map((n) => outcomeOf(locked.send(locked.alice, `${n}`))));
    for (const n of upTo(20)) expect(await outcomeOf(free.send(free.alice, `${n}`))).toBe(n);
    expect(await refused).toEqual([new RowLocked(), new RowLocked(), new RowLocked()]);
    await holder.commit();
    expect(await outcomeOf(locked.send(locked.alice, 'at last'))).toBe(1);
    expect(await contentsOf(locked.channelId)).toEqual(['at last']);
    expect(await logOf(app, free.channelId)).toHaveLength(20);
  });

  it('also where they are more than may be waited for: all are refused, and others go on', async () => {
    const scenes = await Promise.all(upTo(6).map(() => logScene(app)));
    const free = scenes.pop()!;
    const holder = await Holder.of(app, ...scenes.map(({ channelId }) => channelId));
    const refused = Promise.all(scenes.map(({ send, alice }) => outcomeOf(send(alice, 'x'))));
    for (const n of upTo(20)) expect(await outcomeOf(free.send(free.alice, `${n}`))).toBe(n);
    expect(await refused).toEqual(scenes.map(() => new RowLocked()));
    await holder.commit();
    expect(await Promise.all(scenes.map(({ send, alice }) => outcomeOf(send(alice, 'x'))))).toEqual(
      scenes.map(() => 1),
    );
  });

  it('is written in order when it is freed in time, with what came meanwhile', async () => {
    const { channelId, alice, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = upTo(5).map((n) => send(alice, `${n}`));
    await writerWaits(app);
    sent.push(...[6, 7, 8].map((n) => send(alice, `${n}`)));
    await holder.commit();
    expect((await Promise.all(sent)).map(({ message }) => message.seq)).toEqual(upTo(8));
    expect(await contentsOf(channelId)).toEqual(upTo(8).map(String));
  });

  it('is written together with others like it when they are freed in time, as another node frees them', async () => {
    const append = app.app.get(LogAppend, { strict: false });
    const { brieflyMs } = append;
    // However slow this machine is, it is in time.
    append.brieflyMs = 60_000;
    const [first, ...others] = await Promise.all(upTo(5).map(() => logScene(app)));
    const free = others.pop()!;
    const holder = await Holder.of(app, ...[first!, ...others].map(({ channelId }) => channelId));
    const sent = [first!.send(first!.alice, 'x')];
    await writerWaits(app);
    sent.push(...others.map(({ send, alice }) => send(alice, 'x')));
    // Its batch is theirs, or comes after it: they have been found held.
    await free.send(free.alice, 'x');
    await holder.commit();
    await Promise.all(sent);
    const logs = await Promise.all(others.map(({ channelId }) => logOf(app, channelId)));
    expect(new Set(logs.flat().map(({ tx }) => tx)).size).toBe(1);
    append.brieflyMs = brieflyMs;
  });

  it('fails alone of a batch that waits for several', async () => {
    const [stuck, ...shared] = await Promise.all(upTo(4).map(() => logScene(app)));
    const [forLong, forNow] = [
      await Holder.of(app, stuck!.channelId),
      await Holder.of(app, ...shared.map(({ channelId }) => channelId)),
    ];
    const all = [stuck!, ...shared];
    const outcomes = all.map(({ send, alice }) => outcomeOf(send(alice, 'x')));
    await writerWaits(app);
    await forNow.commit();
    expect(await Promise.all(outcomes.slice(1))).toEqual([1, 1, 1]);
    expect(await outcomes[0]).toEqual(new RowLocked());
    await forLong.commit();
  });

  it('has as many drafts wait as are allowed; the next ones are told when to come back', async () => {
    const { channelId, alice, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const first = outcomeOf(send(alice, 'first'));
    await writerWaits(app);
    const others = upTo(1010).map((n) => outcomeOf(send(alice, `${n}`)));
    const refused = await Promise.all(others.slice(1000));
    for (const reason of refused as Unavailable[]) {
      expect(reason).toBeInstanceOf(Unavailable);
      expect(reason.retryAfterMs).toBeGreaterThanOrEqual(100);
      expect(reason.retryAfterMs).toBeLessThanOrEqual(5000);
    }
    await holder.commit();
    expect(await first).toBe(1);
    expect(await Promise.all(others.slice(0, 1000))).toEqual(upTo(1000).map((n) => n + 1));
  });
});

describe('what is read after the lock is as new as the lock (Z2)', () => {
  it('a removed member’s draft that waited for it is refused', async () => {
    const { groupId, channelId, alice, bob, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = [outcomeOf(send(alice, 'too late')), outcomeOf(send(bob, 'in time'))];
    await writerWaits(app);
    await holder.query('DELETE FROM group_members WHERE group_id = $1 AND user_id = $2', [groupId, alice]);
    await holder.query('UPDATE conversations SET membership_version = membership_version + 1 WHERE id = $1', [
      channelId,
    ]);
    await holder.commit();
    expect(await Promise.all(sent)).toEqual([new NoAccess(), 1]);
    expect(await contentsOf(channelId)).toEqual(['in time']);
  });

  it('a removed member’s draft that waited alone is refused, and a nonce stored meanwhile found', async () => {
    const { groupId, channelId, alice, bob, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = outcomeOf(send(alice, 'too late'));
    await writerWaits(app);
    await holder.query('DELETE FROM group_members WHERE group_id = $1 AND user_id = $2', [groupId, alice]);
    await holder.commit();
    expect(await sent).toEqual(new NoAccess());
    const again = await Holder.of(app, channelId);
    const repeated = outcomeOf(send(bob, 'there', 'n1'));
    await writerWaits(app);
    await again.query(
      `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, created_at)
       VALUES (gen_random_uuid(), $1, 1, 1, $2, 'elsewhere', 'n1', '', now())`,
      [channelId, bob],
    );
    await again.query('UPDATE conversations SET last_seq = 1 WHERE id = $1', [channelId]);
    await again.commit();
    expect(await repeated).toEqual(new NonceReused());
  });

  it('a nonce that another node stored meanwhile is found, and the number after its message is taken', async () => {
    const { channelId, alice, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = [send(alice, 'here', 'n2'), send(alice, 'there', 'n1')].map(outcomeOf);
    await writerWaits(app);
    await holder.query(
      `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, created_at)
       VALUES (gen_random_uuid(), $1, 1, 1, $2, 'elsewhere', 'n1', '', now())`,
      [channelId, alice],
    );
    await holder.query('UPDATE conversations SET last_seq = 1 WHERE id = $1', [channelId]);
    await holder.commit();
    expect(await Promise.all(sent)).toEqual([2, new NonceReused()]);
  });

  it('a channel that was deleted meanwhile is not there', async () => {
    const { channelId, alice, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = outcomeOf(send(alice, 'too late'));
    await writerWaits(app);
    await holder.query('DELETE FROM conversations WHERE id = $1', [channelId]);
    await holder.commit();
    expect(await sent).toEqual(new NoAccess());
  });
});

describe('trouble', () => {
  it('a sender whose row is locked fails alone with its conversation', async () => {
    const [one, other] = [await logScene(app), await logScene(app)];
    const holder = await Holder.of(app);
    await holder.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [one.alice]);
    const sent = [one.send(one.bob, 'first'), one.send(one.alice, 'stuck'), other.send(other.alice, 'free')].map(
      outcomeOf,
    );
    expect(await Promise.all(sent)).toEqual([1, new RowLocked(), 1]);
    await holder.commit();
    expect(await outcomeOf(one.send(one.alice, 'again'))).toBe(2);
  });

  it('a connection that breaks refuses its batch as unavailable; nothing is tried again', async () => {
    const { channelId, alice, send } = await logScene(app);
    const holder = await Holder.of(app, channelId);
    const sent = upTo(3).map((n) => outcomeOf(send(alice, `${n}`)));
    const pid = await writerWaits(app);
    await app.sql('SELECT pg_terminate_backend($1)', [pid]);
    expect(await Promise.all(sent)).toEqual(upTo(3).map(() => new Unavailable()));
    await holder.commit();
    expect(await outcomeOf(send(alice, 'after'))).toBe(1);
    expect(await contentsOf(channelId)).toEqual(['after']);
  });

  it('a message is committed before anyone is told, its sender too', async () => {
    const { channelId, alice } = await logScene(app);
    const { promise, resolve } = gate();
    // What it overrides is this test's own: the app's is shared.
    const log = Object.create(app.app.get(LogAppend, { strict: false })) as LogAppend;
    log.append = async (...drafts) => {
      const outcomes = await LogAppend.prototype.append.apply(log, drafts);
      await promise;
      return outcomes;
    };
    const feed = app.app.get(ConversationFeed, { strict: false });
    const writer = new LogWriter(log, feed, app.app.get(Clock), app.app.get(Ids), new LogMetrics(new Metrics()));
    const told: string[] = [];
    const subscription = await feed.attach(channelId, {
      userId: alice,
      deliver: (run, from) => told.push(...run.slice(from).map(({ message }) => message.content)),
      drained: () => Promise.resolve(),
      revoked: () => undefined,
    });
    await subscription.release(0);
    const sent = writer.write({ senderId: alice, conversationId: channelId, draft: { content: 'x' } });
    void sent.then(() => told.push('sender'));
    await eventually(async () => (await contentsOf(channelId)).length === 1);
    expect(told).toEqual([]);
    resolve();
    await sent;
    await subscription.reached(1);
    expect(told.sort()).toEqual(['sender', 'x']);
    subscription.detach();
  });

  it('a stop writes or refuses what was accepted, and refuses what comes after', async () => {
    const node = await startTestApp({ databaseUrl: app.databaseUrl });
    const { channelId, alice, send } = await logScene(node);
    const sent = upTo(300).map((n) => outcomeOf(send(alice, `${n}`)));
    const stopped = node.app.get(LogWriter, { strict: false }).onApplicationShutdown();
    const late = await outcomeOf(send(alice, 'late'));
    expect(late).toBeInstanceOf(Unavailable);
    await stopped;
    await node.close();
    expect(await Promise.all(sent)).toEqual(upTo(300));
    expect(await logOf(app, channelId)).toHaveLength(300);
  });
});

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}
