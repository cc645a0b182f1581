import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

interface Conversation {
  alice: Actor;
  bob: Actor;
  /** The messages' routes for alice, and for bob. */
  routes: { alice: string; bob: string };
  type: string;
  connect: (user: Actor) => ReturnType<Actor['connect']>;
}

async function channel(): Promise<Conversation> {
  const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
  const route = `/channels/${channelId}/messages`;
  const connect = (user: Actor) => user.channel(channelId);
  return { ...members, routes: { alice: route, bob: route }, type: 'message', connect };
}

async function dm(): Promise<Conversation> {
  const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
  const routes = { alice: `/dms/${bob.id}/messages`, bob: `/dms/${alice.id}/messages` };
  return { alice, bob, routes, type: 'dm_message', connect: (user) => user.dm(user === alice ? bob : alice) };
}

/** A file of the user's, as an upload leaves it. */
async function upload(owner: Actor, { state = 'ready', purpose = 'message', image = false } = {}): Promise<string> {
  const id = randomUUID();
  await app.sql(
    `INSERT INTO attachments (id, owner_id, name, type, size, width, height, purpose, state, created_at)
     VALUES ($1, $2, 'a file.png', 'image/png', 1234, $5, $5, $3, $4, now())`,
    [id, owner.id, purpose, state, image ? 16 : null],
  );
  return id;
}

const FILE = { name: 'a file.png', type: 'image/png', size: 1234 };

const claimedBy = (id: string) =>
  app.sql<{ message_id: string | null }>('SELECT message_id FROM attachments WHERE id = $1', [id]);

describe.each([
  ['a channel (2)', channel],
  ['a direct conversation (3)', dm],
])('in %s', (_, begin) => {
  it('reply_to_id names the message that this one answers, over REST and sockets, and it is found by it', async () => {
    const { alice, bob, routes, type, connect } = await begin();
    const first = expectOk(await alice.api.post(routes.alice, { content: 'question' })) as { id: string };
    const reply = expectOk(await bob.api.post(routes.bob, { content: 'answer', reply_to_id: first.id })) as {
      id: string;
    };
    expect(reply).toMatchObject({ reply_to_id: first.id, content: 'answer' });
    const socket = await connect(alice);
    const { id } = await socket.request({ type, content: 'more', reply_to_id: first.id.toUpperCase() });
    expect(await socket.next(type)).toMatchObject({ id, reply_to_id: first.id });
    const page = (await alice.api.get(`/messages/${first.id}/replies?limit=1`)).body as {
      items: unknown[];
      next_cursor: string;
    };
    expect(page.items).toEqual([reply]);
    const rest = await alice.api.get(`/messages/${first.id}/replies?after_seq=${page.next_cursor}`);
    expect(rest.body).toMatchObject({ items: [{ id }], next_cursor: null });
    const stranger = await register(app);
    expect((await stranger.api.get(`/messages/${first.id}/replies`)).status).toBe(404);
  });

  it('reply_to_id of another conversation, of a deleted message and of none is not_found, and no id is validation_failed', async () => {
    const [{ alice, routes }, other] = [await begin(), await begin()];
    const say = async (user: Actor, route: string) =>
      (expectOk(await user.api.post(route, { content: 'x' })) as { id: string }).id;
    const [elsewhere, gone] = [await say(other.alice, other.routes.alice), await say(alice, routes.alice)];
    await alice.api.delete(`/messages/${gone}`);
    for (const reply_to_id of [elsewhere, gone, randomUUID()])
      expect((await alice.api.post(routes.alice, { content: 'x', reply_to_id })).body).toMatchObject({
        code: 'not_found',
      });
    expect((await alice.api.post(routes.alice, { content: 'x', reply_to_id: 'no' })).body).toMatchObject({
      code: 'validation_failed',
    });
    expect((await alice.api.get(routes.alice)).body).toMatchObject({ items: [{ id: gone }] });
  });

  it('attachment_ids come with what they show, in their order, also in the feed, and the content may be empty', async () => {
    const { alice, bob, routes, type, connect } = await begin();
    const [first, second] = [await upload(alice, { image: true }), await upload(alice)];
    const socket = await connect(bob);
    const sent = expectOk(
      await alice.api.post(routes.alice, { content: '', attachment_ids: [second, first.toUpperCase()] }),
    ) as { id: string };
    const attachments = [
      { id: second, ...FILE },
      { id: first, ...FILE, width: 16, height: 16 },
    ];
    expect(sent).toMatchObject({ content: '', attachments });
    expect(await socket.next(type)).toEqual({ type, ...sent });
    expect((await bob.api.get(routes.bob)).body).toMatchObject({ items: [{ attachments }] });
    expect((await bob.api.get(`/messages/${sent.id}`)).body).toEqual(sent);
    expect([await claimedBy(first), await claimedBy(second)]).toEqual([
      [{ message_id: sent.id }],
      [{ message_id: sent.id }],
    ]);
    await alice.api.delete(`/messages/${sent.id}`);
    expect(await app.sql('SELECT DISTINCT state FROM attachments WHERE message_id = $1', [sent.id])).toEqual([
      { state: 'deleted' },
    ]);
  });

  it('attachment_ids of others, in use, not ready, or of none are not_found, and nothing is stored', async () => {
    const { alice, bob, routes } = await begin();
    const used = await upload(alice);
    expectOk(await alice.api.post(routes.alice, { content: 'x', attachment_ids: [used] }));
    const fine = await upload(alice);
    for (const bad of [
      used,
      await upload(bob),
      await upload(alice, { state: 'uploading' }),
      await upload(alice, { purpose: 'avatar' }),
      randomUUID(),
    ])
      expect((await alice.api.post(routes.alice, { content: 'x', attachment_ids: [fine, bad] })).body).toMatchObject({
        code: 'not_found',
      });
    expect(await claimedBy(fine)).toEqual([{ message_id: null }]);
    expect((await alice.api.get(routes.alice)).body.items).toHaveLength(1);
  });

  it('attachment_ids are at most ten, each once', async () => {
    const { alice, routes } = await begin();
    const ids = await Promise.all(Array.from({ length: 11 }, () => upload(alice)));
    for (const attachment_ids of [ids, [ids[0], ids[0]], ['x'], 'x', [null]])
      expect((await alice.api.post(routes.alice, { content: 'x', attachment_ids })).body).toMatchObject({
        code: 'validation_failed',
      });
    expect((await alice.api.post(routes.alice, { content: '', attachment_ids: [] })).body).toMatchObject({
      code: 'validation_failed',
    });
    expect((await alice.api.post(routes.alice, { content: '', attachment_ids: ids.slice(0, 10) })).status).toBe(201);
  });

  it('one file that twenty messages name at once is in one of them', async () => {
    const { alice, routes } = await begin();
    const id = await upload(alice);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => alice.api.post(routes.alice, { content: String(n), attachment_ids: [id] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(404)]);
    const rows = (await alice.api.get(routes.alice)).body.items as { id: string; seq: number }[];
    expect(rows.map(({ seq }) => seq)).toEqual([1]);
    expect(await claimedBy(id)).toEqual([{ message_id: rows[0]!.id }]);
  });

  it('the same nonce with another answer or other files is a conflict', async () => {
    const { alice, routes } = await begin();
    const first = expectOk(await alice.api.post(routes.alice, { content: 'first' })) as { id: string };
    const attachment_ids = [await upload(alice)];
    const draft = { content: 'x', nonce: 'n', reply_to_id: first.id, attachment_ids };
    const sent = expectOk(await alice.api.post(routes.alice, draft)) as { id: string };
    const again = await alice.api.post(routes.alice, draft);
    expect([again.status, again.body]).toEqual([200, sent]);
    for (const other of [{ reply_to_id: null }, { attachment_ids: null }, { content: 'y' }])
      expect((await alice.api.post(routes.alice, { ...draft, ...other })).status).toBe(409);
  });

  it('a mention is counted for who is mentioned, not for the sender, however many messages come at once', async () => {
    const { alice, bob, routes } = await begin();
    await Promise.all(
      Array.from({ length: 30 }, () =>
        alice.api.post(routes.alice, { content: `@${bob.username} @${alice.username}` }),
      ),
    );
    await bob.api.post(routes.bob, { content: `@${alice.username}, @${bob.username}` });
    const counts = await app.sql<{ user_id: string; mention_count: number }>(
      'SELECT user_id, mention_count FROM read_states WHERE user_id = ANY ($1) ORDER BY mention_count',
      [[alice.id, bob.id]],
    );
    expect(counts).toEqual([
      { user_id: alice.id, mention_count: 1 },
      { user_id: bob.id, mention_count: 30 },
    ]);
  });
});

describe('in a direct conversation (3)', () => {
  it('a user who has blocked the other: messages of either are forbidden, until the block is taken back', async () => {
    const { alice, bob, routes, connect } = await dm();
    expectOk(await alice.api.post(routes.alice, { content: 'before' }));
    const [a, b] = [await connect(alice), await connect(bob)];
    await app.sql('INSERT INTO user_blocks VALUES ($1, $2, now())', [bob.id, alice.id]);
    for (const content of ['plain', `hello @${bob.username}`]) {
      expect((await alice.api.post(routes.alice, { content })).body).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await bob.api.post(routes.bob, { content })).body).toMatchObject({ status: 403, code: 'forbidden' });
      expect(await a.request({ type: 'dm_message', content })).toMatchObject({ type: 'error', code: 'forbidden' });
      expect(await b.request({ type: 'dm_message', content })).toMatchObject({ type: 'error', code: 'forbidden' });
    }
    expect((await bob.api.get(routes.bob)).body.items).toHaveLength(1);
    await app.sql('DELETE FROM user_blocks WHERE blocker_id = $1', [bob.id]);
    expect((await alice.api.post(routes.alice, { content: 'after' })).status).toBe(201);
  });

  it('a nonce that was used before the block gives the first message again', async () => {
    const { alice, bob, routes } = await dm();
    const sent = expectOk(await alice.api.post(routes.alice, { content: 'before', nonce: 'n' })) as { id: string };
    await app.sql('INSERT INTO user_blocks VALUES ($1, $2, now())', [alice.id, bob.id]);
    const again = await alice.api.post(routes.alice, { content: 'before', nonce: 'n' });
    expect([again.status, again.body]).toEqual([200, sent]);
  });
});
