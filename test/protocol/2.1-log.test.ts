import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { upTo } from '../support/up-to.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

interface Message extends Record<string, unknown> {
  id: string;
  seq: number;
  rev: number;
  content: string;
}
interface MessagesPage {
  items: Message[];
  next_cursor: string | null;
}
interface ChangesPage {
  items: Message[];
  last_seq: number;
  epoch: string;
  has_more: boolean;
}

const post = (actor: Actor, channelId: string, body: object, headers: Record<string, string> = {}) =>
  actor.api.post(`/channels/${channelId}/messages`, body, { headers });
const history = async (actor: Actor, channelId: string, query = '') =>
  expectOk(await actor.api.get(`/channels/${channelId}/messages${query}`)) as MessagesPage;
const changes = async (actor: Actor, channelId: string, query = '') =>
  expectOk(await actor.api.get(`/channels/${channelId}/changes${query}`)) as ChangesPage;

/** The `seq` of the next so many messages, as they arrive. */
async function take(client: SocketClient, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let n = 0; n < count; n += 1) seqs.push((await client.next('message'))['seq'] as number);
  return seqs;
}

/** The `seq` of every message in these events, those of a history too. */
function seqsOf(events: readonly ReceivedEvent[]): number[] {
  const histories = events.filter(({ type }) => type === 'history').flatMap((event) => event['messages'] as Message[]);
  const messages = events.filter(({ type }) => type === 'message').map((event) => event['seq'] as number);
  return [...histories.map(({ seq }) => seq), ...messages];
}

const sceneWith = <Name extends string>(members: readonly Name[]) => channelScene(app, { members });

describe('the order of a log (2.1)', () => {
  it('is the same without holes on every connection, with eight writers over REST and sockets', async () => {
    const { owner, members, channelId } = await sceneWith(['alice', 'bob']);
    const readers = await Promise.all([owner, members.alice, members.bob].map((actor) => actor.channel(channelId)));
    const overSocket = (socket: SocketClient) =>
      upTo(10).reduce(
        (done, n) =>
          done.then(async () => {
            expect((await socket.request({ type: 'message', content: `socket ${n}`, nonce: `n${n}` })).type).toBe(
              'ack',
            );
          }),
        Promise.resolve(),
      );
    const overRest = async (actor: Actor) => {
      for (const n of upTo(10)) expect((await post(actor, channelId, { content: `rest ${n}` })).status).toBe(201);
    };
    const sockets = await Promise.all([owner, members.alice, members.bob, owner].map((a) => a.channel(channelId)));
    // Each nonce is its sender's: the owner's two sockets send the same ones.
    await Promise.all([
      ...sockets.slice(0, 3).map(overSocket),
      ...[owner, members.alice, members.bob, owner, members.alice].map(overRest),
    ]);
    for (const reader of readers) expect(await take(reader, 80)).toEqual(upTo(80));
    const { items } = await changes(owner, channelId, '?limit=1000');
    expect(items.map(({ rev }) => rev)).toEqual(upTo(80));
  });

  it('is that of the frames which one connection sends at once, and they are answered in it', async () => {
    const { members, channelId } = await sceneWith(['alice']);
    const alice = await members.alice.channel(channelId);
    for (const n of upTo(5)) alice.send({ type: 'message', content: `message ${n}`, ref: `r${n}` });
    const answers: ReceivedEvent[] = [];
    for (let n = 0; n < 10; n += 1) answers.push(await alice.next((e) => e.type === 'message' || e.type === 'ack'));
    expect(answers.map((event) => event['content'] ?? event['ref'])).toEqual(
      upTo(5).flatMap((n) => [`message ${n}`, `r${n}`]),
    );
    expect(answers.map((event) => event['seq'])).toEqual(upTo(5).flatMap((n) => [n, n]));
  });

  it('is kept, and each answer in its place, when some of what comes at once is refused, repeated or of another kind', async () => {
    const { owner, members, channelId } = await sceneWith(['alice']);
    const [alice, bob] = [await members.alice.channel(channelId), await owner.channel(channelId)];
    await alice.request({ type: 'message', content: 'first', nonce: 'n1' });
    await alice.next('message');
    const told: string[] = [];
    const send = (ref: string, fields: object) => {
      alice.send({ type: 'message', content: ref, ref, ...fields });
    };
    send('one', {});
    send('conflict', { nonce: 'n1' });
    send('two', { nonce: 'n2' });
    send('invalid', { content: '' });
    send('repeated', { content: 'first', nonce: 'n1' });
    send('three', {});
    alice.send({ type: 'ping', ref: 'ping' });
    send('two again', { content: 'two', nonce: 'n2' });
    bob.send({ type: 'message', content: 'of another' });
    while (told.at(-1) !== 'ack two again') {
      const event = await alice.next(({ type }) => ['message', 'ack', 'error', 'pong'].includes(type));
      if (event['content'] !== 'of another') told.push(`${event.type} ${String(event['content'] ?? event['ref'])}`);
    }
    expect(told).toEqual([
      ...['message one', 'ack one', 'error conflict', 'message two', 'ack two', 'error invalid'],
      ...['message first', 'ack repeated', 'message three', 'ack three', 'pong ping', 'message two', 'ack two again'],
    ]);
    const { items } = await history(owner, channelId);
    const contents = items.map(({ content }) => content);
    expect(contents.filter((content) => content !== 'of another')).toEqual(['first', 'one', 'two', 'three']);
  });

  it('has each number once, and none missing, for clients that resume from anywhere while messages are written (F19)', async () => {
    const { owner, members, channelId } = await sceneWith(['alice']);
    const last = 150;
    const { epoch } = await changes(owner, channelId);
    const writing = (async () => {
      for (const n of upTo(last)) expectOk(await post(owner, channelId, { content: `message ${n}` }));
    })();
    const clients: { since: number; client: SocketClient }[] = [];
    while (clients.length < 25) {
      const { last_seq: head } = await changes(owner, channelId, '?limit=1');
      const since = (clients.length * 7919) % (head + 1);
      const client = await members.alice.dial(`/ws/channel/${channelId}`, { since: String(since), epoch });
      clients.push({ since, client });
    }
    await writing;
    for (const { since, client } of clients) {
      expect(await take(client, last - since)).toEqual(upTo(last).slice(since));
      const resumed = client.seen.filter(({ type }) => type === 'resumed');
      expect(resumed).toMatchObject([{ from_seq: since, complete: true }]);
      expect((await client.untilMarker()).filter(({ type }) => type === 'message')).toEqual([]);
      await client.close();
    }
  });
});

describe('a message is committed before anyone sees it (2.1)', () => {
  it('is in Postgres when it arrives', async () => {
    const { owner, members, channelId } = await sceneWith(['bob']);
    const bob = await members.bob.channel(channelId);
    for (const n of upTo(20)) {
      const sent = post(owner, channelId, { content: `message ${n}` });
      const { id } = await bob.next('message');
      expect(await app.sql('SELECT 1 FROM messages WHERE id = $1', [id])).toHaveLength(1);
      await sent;
    }
  });

  it('reaches nobody when it could not be stored', async () => {
    const { owner, members, channelId } = await sceneWith(['bob']);
    const bob = await members.bob.channel(channelId);
    // What the log counts next is taken already, so the write fails at its end.
    await app.sql(
      `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, created_at)
       VALUES (gen_random_uuid(), $1, 1, 1, $2, 'in the way', now())`,
      [channelId, owner.id],
    );
    expect((await post(owner, channelId, { content: 'lost' })).status).toBe(500);
    expect((await bob.untilMarker()).filter(({ type }) => type === 'message')).toEqual([]);
  });
});

describe('nonce (2.1)', () => {
  it('sent again on the same connection gives that one alone the first message again', async () => {
    const { members, channelId } = await sceneWith(['alice', 'bob']);
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    alice.send({ type: 'message', content: 'once', nonce: 'n1', ref: 'first' });
    const first = await alice.next('message');
    expect(await alice.next('ack')).not.toHaveProperty('duplicate');
    alice.send({ type: 'message', content: ' once ', nonce: ' n1 ', ref: 'second' });
    expect(await alice.next('message')).toEqual(first);
    expect(await alice.next('ack')).toEqual({
      type: 'ack',
      ref: 'second',
      id: first['id'],
      seq: 1,
      rev: 1,
      duplicate: true,
    });
    expect(await bob.next('message')).toEqual(first);
    expect((await bob.untilMarker()).filter(({ type }) => type === 'message')).toEqual([]);
    expect((await history(members.alice, channelId)).items).toHaveLength(1);
  });

  it('sent again on another connection of the sender gives that one alone the first message again', async () => {
    const { members, channelId } = await sceneWith(['alice']);
    const [one, two] = [await members.alice.channel(channelId), await members.alice.channel(channelId)];
    await one.request({ type: 'message', content: 'once', nonce: 'n1' });
    const first = await two.next('message');
    expect(await two.request({ type: 'message', content: 'once', nonce: 'n1' })).toMatchObject({ duplicate: true });
    expect(await two.next('message')).toEqual(first);
    expect((await one.untilMarker()).filter(({ type }) => type === 'message')).toHaveLength(1);
  });

  it('is the Idempotency-Key of REST, which answers 200 in place of 201', async () => {
    const { members, channelId } = await sceneWith(['alice', 'bob']);
    const bob = await members.bob.channel(channelId);
    const key = { 'Idempotency-Key': 'n1' };
    const first = await post(members.alice, channelId, { content: 'once' }, key);
    const again = await post(members.alice, channelId, { content: 'once' }, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(await bob.next('message')).toEqual({ type: 'message', ...(first.body as object) });
    const socket = await members.alice.channel(channelId);
    expect(await socket.request({ type: 'message', content: 'once', nonce: 'n1' })).toMatchObject({ duplicate: true });
    expect((await bob.untilMarker()).filter(({ type }) => type === 'message')).toEqual([]);
  });

  it('with another draft is a conflict', async () => {
    const { members, channelId } = await sceneWith(['alice']);
    const alice = await members.alice.channel(channelId);
    await alice.request({ type: 'message', content: 'one', nonce: 'n1' });
    expect(await alice.request({ type: 'message', content: 'two', nonce: 'n1' })).toMatchObject({
      type: 'error',
      code: 'conflict',
    });
    expect(await post(members.alice, channelId, { content: 'two', nonce: 'n1' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect((await history(members.alice, channelId)).items).toHaveLength(1);
  });

  it('is unique per sender and conversation, no further', async () => {
    const { owner, members, groupId, channelId } = await sceneWith(['alice', 'bob']);
    const { id: second } = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'second' })) as Message;
    const answers = [
      await post(members.alice, channelId, { content: 'a', nonce: 'n1' }),
      await post(members.bob, channelId, { content: 'b', nonce: 'n1' }),
      await post(members.alice, second, { content: 'c', nonce: 'n1' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('sent twenty times at once makes one message', async () => {
    const { members, channelId } = await sceneWith(['alice']);
    const answers = await Promise.all(
      upTo(20).map(() => post(members.alice, channelId, { content: 'once', nonce: 'n1' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => (body as Message).id)).size).toBe(1);
    expect((await history(members.alice, channelId)).items).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['of 65 characters', 'x'.repeat(65)],
    ['with NUL', 'a\0'],
    ['that is no text', 7],
  ])('%s is validation_failed', async (_, nonce) => {
    const { members, channelId } = await sceneWith(['alice']);
    const alice = await members.alice.channel(channelId);
    expect(await alice.request({ type: 'message', content: 'x', nonce })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'nonce' }],
    });
  });

  it('padded with many spaces is trimmed before it is counted and stored', async () => {
    const { members, channelId } = await sceneWith(['alice']);
    const nonce = `${' '.repeat(100)}n1`;
    expect(await post(members.alice, channelId, { content: 'x', nonce })).toMatchObject({
      status: 201,
      body: { nonce: 'n1' },
    });
  });
});

describe('the change feed (2.1)', () => {
  it('gives in order of rev what a fresh load would, page by page', async () => {
    const { owner, members, channelId } = await sceneWith(['alice']);
    for (const n of upTo(25)) expectOk(await post(n % 2 ? owner : members.alice, channelId, { content: `m ${n}` }));
    const known = new Map<string, Message>();
    let page: ChangesPage;
    let since = 0;
    do {
      page = await changes(members.alice, channelId, `?since=${since}&limit=10`);
      for (const item of page.items) known.set(item.id, item);
      since = page.items.at(-1)?.rev ?? since;
    } while (page.has_more);
    expect(page).toMatchObject({ last_seq: 25, epoch: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect([...known.values()]).toEqual((await history(owner, channelId, '?limit=100')).items);
  });

  it('refuses another epoch as a conflict, and a bad number', async () => {
    const { owner, channelId } = await sceneWith([]);
    expect((await owner.api.get(`/channels/${channelId}/changes?since=0&epoch=other`)).status).toBe(409);
    expect((await owner.api.get(`/channels/${channelId}/changes?since=-1`)).status).toBe(400);
  });
});

describe('messages page by before_seq and after_seq (8)', () => {
  it('backwards from the latest, and forwards from any number', async () => {
    const { owner, channelId } = await sceneWith([]);
    for (const n of upTo(12)) expectOk(await post(owner, channelId, { content: `m ${n}` }));
    const seqs = async (query: string) => {
      const { items, next_cursor } = await history(owner, channelId, query);
      return [items.map(({ seq }) => seq), next_cursor];
    };
    expect(await seqs('?limit=5')).toEqual([[8, 9, 10, 11, 12], '8']);
    expect(await seqs('?limit=5&before_seq=8')).toEqual([[3, 4, 5, 6, 7], '3']);
    expect(await seqs('?limit=5&before_seq=3')).toEqual([[1, 2], null]);
    expect(await seqs('?limit=5&after_seq=0')).toEqual([[1, 2, 3, 4, 5], '5']);
    expect(await seqs('?limit=5&after_seq=10')).toEqual([[11, 12], null]);
    expect(await seqs('?after_seq=3&before_seq=6')).toEqual([[4, 5], null]);
    expect(await seqs('?after_seq=12')).toEqual([[], null]);
  });

  it('gives one message by its id, and not to a stranger', async () => {
    const { owner, channelId } = await sceneWith([]);
    const { body } = await post(owner, channelId, { content: 'hi' });
    const { id } = body as Message;
    expect((await owner.api.get(`/messages/${id}`)).body).toEqual(body);
    expect((await (await register(app)).api.get(`/messages/${id}`)).status).toBe(404);
  });
});

describe('revocation (2.1)', () => {
  it('no message committed after a removal was acknowledged reaches the removed member (Z2)', async () => {
    const { owner, members, groupId, channelId } = await sceneWith(['alice']);
    const sending: { on: boolean } = { on: true };
    const acknowledged: number[] = [];
    const flood = (async () => {
      while (sending.on) acknowledged.push(((await post(owner, channelId, { content: 'x' })).body as Message).seq);
    })();
    for (let round = 0; round < 30; round += 1) {
      const { code } = expectOk(await owner.api.post(`/groups/${groupId}/invites`, {})) as { code: string };
      expectOk(await members.alice.api.post(`/invites/${code}/accept`, {}));
      const connected = await members.alice.dial(`/ws/channel/${channelId}`, { since: '0' });
      if (round % 2 === 0) await connected.until('connected');
      // In every round another is in the middle of subscribing.
      const subscribing = members.alice.dial(`/ws/channel/${channelId}`, { history: '10' });
      expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
      const { last_seq: atRemoval } = await changes(owner, channelId, '?limit=1');
      for (const socket of [connected, await subscribing]) {
        expect((await socket.closed).code).toBe(4403);
        for (const seq of seqsOf(socket.seen)) expect(seq).toBeLessThanOrEqual(atRemoval);
      }
    }
    sending.on = false;
    await flood;
    expect(acknowledged.length).toBeGreaterThan(30);
  }, 60_000);

  it('a removed member reads nothing any more: no resume, history, feed or message (Z4)', async () => {
    const { owner, members, groupId, channelId } = await sceneWith(['alice']);
    const { id } = (await post(members.alice, channelId, { content: 'mine', nonce: 'n1' })).body as Message;
    expectOk(await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
    const resuming = await members.alice.dial(`/ws/channel/${channelId}`, { since: '0', history: '5' });
    expect(await resuming.closed).toMatchObject({ code: 4403 });
    expect(resuming.seen).toEqual([]);
    const { api } = members.alice;
    const answers = [
      await api.get(`/channels/${channelId}/messages`),
      await api.get(`/channels/${channelId}/changes?since=0`),
      await api.get(`/messages/${id}`),
      await post(members.alice, channelId, { content: 'mine', nonce: 'n1' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  it('a stranger cannot tell a channel of others from none, nor use a direct conversation as a channel', async () => {
    const { owner, members, channelId } = await sceneWith(['alice']);
    const stranger = await register(app);
    const direct = expectOk(await owner.api.post(`/dms/${members.alice.id}/messages`, { content: 'hi' })) as {
      conversation_id: string;
    };
    const ids = [channelId, '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60', direct.conversation_id];
    for (const path of ['messages', 'changes']) {
      const answers = await Promise.all(ids.map((id) => stranger.api.get(`/channels/${id}/${path}`)));
      const bodies = answers.map(({ body }) => ({ ...(body as object), request_id: '', instance: '' }));
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
    }
    expect((await owner.api.get(`/channels/${direct.conversation_id}/messages`)).status).toBe(404);
    expect((await post(owner, direct.conversation_id, { content: 'x' })).status).toBe(404);
    expect(await (await owner.dial(`/ws/channel/${direct.conversation_id}`)).closed).toMatchObject({ code: 4403 });
  });
});

describe('slow_mode_s (8)', () => {
  it('limits members to one message in so many seconds, with retry_after_ms; moderators are exempt', async () => {
    const { owner, members, channelId } = await sceneWith(['alice']);
    expectOk(await owner.api.patch(`/channels/${channelId}`, { slow_mode_s: 60 }));
    const alice = await members.alice.channel(channelId);
    expect(await alice.request({ type: 'message', content: 'one', nonce: 'n1' })).toMatchObject({ type: 'ack' });
    const refused = await alice.request({ type: 'message', content: 'two' });
    expect(refused).toMatchObject({ type: 'error', code: 'rate_limited' });
    expect(refused['retry_after_ms']).toBeGreaterThan(50_000);
    expect(refused['retry_after_ms']).toBeLessThanOrEqual(60_000);
    expect((await post(members.alice, channelId, { content: 'two' })).status).toBe(429);
    expect(await alice.request({ type: 'message', content: 'one', nonce: 'n1' })).toMatchObject({ duplicate: true });
    for (const n of upTo(3)) expect((await post(owner, channelId, { content: `m ${n}` })).status).toBe(201);
  });
});
