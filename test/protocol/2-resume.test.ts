import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EpochWatch } from '../../src/gateways/shared/epoch-watch.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import type { Connection } from '../../src/realtime/connection.js';
import { MessageHistoryService } from '../../src/messages/message-history.service.js';
import type { UserId } from '../../src/common/ids.js';
import { eventually } from '../support/eventually.js';
import { changeMessages, insertMessages, removeBySql } from '../support/message-rows.js';
import { channelScene, expectOk } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';
import { randomness } from '../contract/randomness.js';

const PAGE = 200;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

const epochOf = async (actor: Actor, channelId: string) =>
  (expectOk(await actor.api.get(`/channels/${channelId}/changes?limit=1`)) as { epoch: string }).epoch;
const seqsOf = (events: readonly ReceivedEvent[]) =>
  events.filter(({ type }) => type === 'message').map((event) => event['seq']);

async function logOf(last: number, content = 'message ') {
  const scene = await channelScene(app, { members: ['alice'] });
  await insertMessages(app, {
    conversationId: scene.channelId,
    senderId: scene.owner.id,
    ...{ first: 1, last, content },
  });
  return { ...scene, alice: scene.members.alice, epoch: await epochOf(scene.owner, scene.channelId) };
}

/** Lets the reads of a replay's later pages begin when the test says so, and counts them. */
function gatedReplay(gate: Promise<void> = Promise.resolve()) {
  const history = app.app.get(MessageHistoryService, { strict: false });
  const gated = { asked: 0, restore: () => delete (history as { replay?: unknown }).replay };
  history.replay = async (...args) => {
    gated.asked += 1;
    await gate;
    return MessageHistoryService.prototype.replay.apply(history, args);
  };
  return gated;
}

/** Stops a resume from 0 between its first page and its second, and does something there. */
async function betweenPages(
  { alice, channelId, epoch }: { alice: Actor; channelId: string; epoch: string },
  happens: () => Promise<void>,
): Promise<SocketClient> {
  let open: () => void = () => undefined;
  const replay = gatedReplay(new Promise((resolve) => (open = resolve)));
  try {
    const client = await alice.dial(`/ws/channel/${channelId}`, { since: '0', epoch });
    await eventually(() => replay.asked === 1);
    await happens();
    open();
    await client.next((event) => event.type === 'resumed').catch(() => undefined);
    return client;
  } finally {
    replay.restore();
  }
}

describe('resume (2)', () => {
  it('gives each number once and in order to 30 clients that come back from anywhere while four write (F19)', async () => {
    const written = 700;
    const { owner, alice, channelId, epoch } = await logOf(written);
    const flooding = await Promise.all(upTo(4).map(() => owner.channel(channelId)));
    let sent = written;
    let stop = false;
    const flood = flooding.map(async (socket) => {
      while (!stop) {
        expect(await socket.request({ type: 'message', content: 'flood' })).toMatchObject({ type: 'ack' });
        sent += 1;
      }
    });
    const random = randomness(11);
    const clients: { since: number; client: SocketClient }[] = [];
    while (clients.length < 30) {
      const since = random.below(written);
      const client = await alice.dial(`/ws/channel/${channelId}`, { since: String(since), epoch });
      clients.push({ since, client });
    }
    await Promise.all(clients.map(({ client }) => client.until('resumed')));
    stop = true;
    await Promise.all(flood);
    for (const { since, client } of clients) {
      await eventually(() => seqsOf(client.seen).length >= sent - since);
      expect(seqsOf(client.seen)).toEqual(upTo(sent).slice(since));
      const resumed = client.seen.filter(({ type }) => type === 'resumed');
      expect(resumed).toMatchObject([{ from_seq: since, complete: true }]);
      // All that it says to have been replayed came before it.
      const head = resumed[0]?.['last_seq'] as number;
      expect(seqsOf(client.seen.slice(0, client.seen.indexOf(resumed[0]!)))).toEqual(upTo(head).slice(since));
      await client.close();
    }
    await Promise.all(flooding.map((socket) => socket.close()));
  });

  it('reads on only as a slow client takes what it has, while the log grows, and drops nothing (F13)', async () => {
    const { owner, alice, channelId, epoch } = await logOf(1000, '😀'.repeat(2000));
    const replay = gatedReplay();
    try {
      const client = await alice.dial(`/ws/channel/${channelId}`, { since: '0', epoch });
      await client.until('connected');
      client.ws.pause();
      // What was missed is decided at the start: what comes during the replay is part of it, however much.
      const more = { first: 1001, last: 5000, content: '😀'.repeat(2000) };
      await insertMessages(app, { conversationId: channelId, senderId: owner.id, ...more });
      const [connection] = app.app.get(ConnectionRegistry).ofUser(alice.id as UserId) as Connection[];
      await eventually(() => isStuck(connection!));
      const asked = replay.asked;
      const live = expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'live' })) as object;
      for (let n = 0; n < 20; n += 1) await epochOf(owner, channelId);
      expect(replay.asked).toBe(asked);
      // The kernels of both ends take some megabytes; a page is 1.6 of them.
      expect(asked).toBeLessThan(5000 / PAGE / 2);
      client.ws.resume();
      expect(await client.next('resumed', 15_000)).toMatchObject({ complete: true, last_seq: 5001 });
      expect(seqsOf(client.seen)).toEqual(upTo(5001));
      expect(client.seen.filter(({ type }) => type === 'message').at(-1)).toEqual({ type: 'message', ...live });
      expect(replay.asked).toBe(5000 / PAGE);
      await client.close();
    } finally {
      replay.restore();
    }
  });

  it('does not cut a client that takes a large history slowly for what is sent meanwhile', async () => {
    // The kernels of both ends take some megabytes; this is ten.
    const { owner, alice, channelId } = await logOf(100, 'x'.repeat(100_000));
    const client = await alice.dial(`/ws/channel/${channelId}`, { history: '100' });
    await client.until('connected');
    client.ws.pause();
    const [connection] = app.app.get(ConnectionRegistry).ofUser(alice.id as UserId) as Connection[];
    await eventually(() => isStuck(connection!));
    const other = await owner.channel(channelId);
    await other.request({ type: 'message', content: 'live' });
    client.ws.resume();
    expect((await client.next('history', 15_000))['messages']).toHaveLength(100);
    expect(await client.next('message')).toMatchObject({ seq: 101, content: 'live' });
    await Promise.all([client.close(), other.close()]);
  });

  it('gives a message that changes during the replay as news once, and then as an update', async () => {
    const log = await logOf(PAGE + 100);
    const client = await betweenPages(log, () =>
      changeMessages(app, log.channelId, [
        { seq: 5, content: 'changed after it was replayed' },
        { seq: PAGE + 50, content: 'changed before' },
        { seq: 7 },
      ]),
    );
    const of = (seq: number) =>
      client.seen.filter((event) => event['seq'] === seq).map(({ type, rev, content }) => ({ type, rev, content }));
    expect(of(5)).toEqual([
      { type: 'message', rev: 5, content: 'message 5' },
      { type: 'message_updated', rev: 301, content: 'changed after it was replayed' },
    ]);
    expect(of(PAGE + 50)).toEqual([{ type: 'message', rev: 302, content: 'changed before' }]);
    expect(of(7).at(-1)).toEqual({ type: 'message_deleted', rev: 303 });
    expect(client.seen.at(-1)).toMatchObject({ type: 'resumed', complete: true, last_seq: 303 });
    expect(new Set(seqsOf(client.seen)).size).toBe(PAGE + 100);
    await client.close();
  });

  it('does not end as complete when the log is restored during the replay: it closes 1012', async () => {
    const log = await logOf(PAGE + 1);
    const client = await betweenPages(log, async () => {
      await app.sql('UPDATE log_epoch SET uuid = gen_random_uuid()');
    });
    expect((await client.closed).code).toBe(1012);
    expect(client.seen.filter(({ type }) => type === 'resumed')).toEqual([]);
    await app.app.get(EpochWatch, { strict: false }).check();
    const again = await log.alice.dial(`/ws/channel/${log.channelId}`, { since: '200', epoch: log.epoch });
    expect(await again.next('resumed')).toMatchObject({ complete: false });
    await again.close();
  });

  it('is asked of all when the log is restored under them: sockets close 1012, and what comes after is not missed', async () => {
    const { owner, alice, channelId, epoch } = await logOf(5);
    const watch = app.app.get(EpochWatch, { strict: false });
    await watch.check();
    const before = await alice.channel(channelId);
    // An older state of the log, in its place.
    await app.sql('DELETE FROM messages WHERE conversation_id = $1 AND seq > 3', [channelId]);
    await app.sql('UPDATE conversations SET last_seq = 3 WHERE id = $1', [channelId]);
    await app.sql('UPDATE log_epoch SET uuid = gen_random_uuid()');
    // Its goodbye takes its time, and must not keep what it held.
    before.ws.pause();
    await watch.check();
    const back = await alice.dial(`/ws/channel/${channelId}`, { since: '3', epoch });
    expect(await back.next('resumed')).toMatchObject({ complete: false, last_seq: 3 });
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'a new fourth' }));
    expect(await back.next('message')).toMatchObject({ seq: 4, content: 'a new fourth' });
    before.ws.resume();
    expect((await before.closed).code).toBe(1012);
    await back.close();
  });

  it('ends with 4403 when the member is removed during the replay', async () => {
    const log = await logOf(PAGE + 1);
    const client = await betweenPages(log, () => removeBySql(app, { groupId: log.groupId, userId: log.alice.id }));
    expect((await client.closed).code).toBe(4403);
    expect(seqsOf(client.seen)).toEqual(upTo(PAGE));
  });
});

/** Whether more waits for the client than it may leave unread. */
function isStuck(connection: { drained(): Promise<void> }): Promise<boolean> {
  return Promise.race([
    connection.drained().then(() => false),
    new Promise<boolean>((resolve) => setImmediate(resolve, true)),
  ]);
}
