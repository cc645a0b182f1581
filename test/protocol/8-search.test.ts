import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { changeMessages, insertMessages } from '../support/message-rows.js';
import type { Actor } from '../support/scene.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Hit {
  message: { id: string; content: string; channel_id?: string; conversation_id?: string; recipient_id?: string };
  excerpt: { text: string; match: boolean }[];
}
interface Page {
  items: Hit[];
  next_cursor: string | null;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

async function search(user: Actor, query: Record<string, string>): Promise<Page> {
  return expectOk(await user.api.get(`/search/messages?${new URLSearchParams(query).toString()}`)) as Page;
}

async function found(user: Actor, q: string, more: Record<string, string> = {}): Promise<string[]> {
  return (await search(user, { q, ...more })).items.map(({ message }) => message.content);
}

async function say(user: Actor, path: string, ...contents: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const content of contents)
    ids.push((expectOk(await user.api.post(`${path}/messages`, { content })) as { id: string }).id);
  return ids;
}

/** Resolves once all that a log holds is in the index. */
function indexed(...conversationIds: string[]): Promise<unknown> {
  return eventually(async () => {
    const behind = await app.sql(
      `SELECT FROM conversations v LEFT JOIN search_positions p ON p.conversation_id = v.id
        WHERE v.id = ANY ($1) AND v.last_seq > coalesce(p.indexed_rev, 0)`,
      [conversationIds],
    );
    return behind.length === 0;
  });
}

const marked = (hit: Hit | undefined) => hit?.excerpt.map(({ text, match }) => (match ? `[${text}]` : text)).join('');

/** Each is true of what is in the index, and of what is not yet. */
describe.each([
  ['not in the index yet', () => Promise.resolve()],
  ['in the index', indexed],
])('GET /search/messages, where all is %s (8)', (_name, ready: (...ids: string[]) => Promise<unknown>) => {
  it('finds the messages with all the words, newest first, with an excerpt', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const path = `/channels/${channelId}`;
    await say(members.alice, path, 'the release plan', 'a plan', 'Plan of the RELEASE <b>two</b>', 'nothing');
    await ready(channelId);
    const { items, next_cursor } = await search(members.bob, { q: 'release plan' });
    expect(items.map(({ message }) => message.content)).toEqual(['Plan of the RELEASE <b>two</b>', 'the release plan']);
    expect(items[0]?.message).toMatchObject({ channel_id: channelId, sender_id: members.alice.id });
    expect(marked(items[0])).toBe('[Plan] of the [RELEASE] <b>two</b>');
    expect(next_cursor).toBeNull();
  });

  it('knows phrases, `or`, `-`, and the beginning of the last word', async () => {
    const { owner, channelId } = await channelScene(app, { members: [] });
    await say(owner, `/channels/${channelId}`, 'alpha beta', 'beta alpha', 'gamma', 'alphabet');
    await ready(channelId);
    expect(await found(owner, '"alpha beta"')).toEqual(['alpha beta']);
    expect(await found(owner, 'gamma or "beta alpha"')).toEqual(['gamma', 'beta alpha']);
    expect(await found(owner, 'alpha -gamma')).toEqual(['beta alpha', 'alpha beta']);
    expect(await found(owner, 'alph')).toEqual(['alphabet', 'beta alpha', 'alpha beta']);
    expect(await found(owner, 'alph beta')).toEqual([]);
    expect(await found(owner, '"alph"')).toEqual([]);
  });

  it.each([
    ['ÉCOLE', 'une école'],
    ['straße', 'die STRAßE'],
    ['привет', 'Привет, мир'],
    ['東京', '東京タワー'],
    ['naïv', 'so NAÏVE'],
    ['γειά', 'Γειά σου'],
  ])('finds %s in "%s"', async (query, content) => {
    const { owner, channelId } = await channelScene(app, { members: [] });
    await say(owner, `/channels/${channelId}`, content, 'another');
    await ready(channelId);
    const { items } = await search(owner, { q: query });
    expect(items.map(({ message }) => message.content)).toEqual([content]);
    expect(items[0]?.excerpt.some(({ match }) => match)).toBe(true);
  });

  it('finds an edited message by what it says now, and a deleted one not at all', async () => {
    const { owner, channelId } = await channelScene(app, { members: [] });
    await say(owner, `/channels/${channelId}`, 'before one', 'before two');
    await ready(channelId);
    await changeMessages(app, channelId, [{ seq: 1, content: 'after one' }, { seq: 2 }]);
    expect(await found(owner, 'before')).toEqual([]);
    expect(await found(owner, 'after')).toEqual(['after one']);
    await say(owner, `/channels/${channelId}`, 'another');
    await ready(channelId);
    expect(await found(owner, 'before')).toEqual([]);
    expect(await found(owner, 'after')).toEqual(['after one']);
  });

  it('filters by group, channel, sender and time', async () => {
    const one = await channelScene(app, { members: ['alice'] });
    const { owner, groupId, channelId, members } = one;
    const { id: other } = expectOk(
      await owner.api.post(`/groups/${groupId}/channels`, { name: 'other', type: 'TEXT' }),
    ) as { id: string };
    const { id: group2 } = expectOk(await owner.api.post('/groups', { name: 'second' })) as { id: string };
    const { id: elsewhere } = expectOk(
      await owner.api.post(`/groups/${group2}/channels`, { name: 'third', type: 'TEXT' }),
    ) as { id: string };
    await say(owner, `/channels/${channelId}`, 'word first');
    await say(members.alice, `/channels/${channelId}`, 'word by alice');
    await say(owner, `/channels/${other}`, 'word other');
    await say(owner, `/channels/${elsewhere}`, 'word elsewhere');
    await app.sql(
      `UPDATE messages SET created_at = '2020-01-02T03:04:05Z' WHERE content = 'word first' AND conversation_id = $1`,
      [channelId],
    );
    await ready(channelId, other, elsewhere);
    expect(await found(owner, 'word')).toEqual(['word elsewhere', 'word other', 'word by alice', 'word first']);
    expect(await found(owner, 'word', { group_id: groupId })).toEqual(['word other', 'word by alice', 'word first']);
    expect(await found(owner, 'word', { channel_id: other })).toEqual(['word other']);
    expect(await found(owner, 'word', { sender_id: members.alice.id.toUpperCase() })).toEqual(['word by alice']);
    expect(await found(owner, 'word', { before: '2020-01-03' })).toEqual(['word first']);
    expect(await found(owner, 'word', { after: '2020-01-02T04:04:05+01:00', before: '2020-01-02T03:04:06Z' })).toEqual([
      'word first',
    ]);
    expect(await found(owner, 'word', { after: '2020-01-03', channel_id: channelId })).toEqual(['word by alice']);
  });

  it('filters by what a message has', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const path = `/channels/${channelId}`;
    await say(owner, path, 'word plain', 'word https://example.org', `word @${members.alice.username}`, 'word pinned');
    await app.sql(
      `UPDATE messages SET pinned = true, pinned_at = now() WHERE content = 'word pinned' AND conversation_id = $1`,
      [channelId],
    );
    await app.sql(
      `UPDATE messages SET attachments = '[{"type":"image/png"}]', reactions = '[]', reply_to_id = id WHERE seq = 1 AND conversation_id = $1`,
      [channelId],
    );
    await ready(channelId);
    expect(await found(owner, 'word', { has: 'link' })).toEqual(['word https://example.org']);
    expect(await found(owner, 'word', { has: 'mention' })).toEqual([`word @${members.alice.username}`]);
    expect(await found(owner, 'word', { has: 'pin' })).toEqual(['word pinned']);
    for (const has of ['attachment', 'image', 'reaction', 'reply'])
      expect(await found(owner, 'word', { has })).toEqual(['word plain']);
  });

  it('pages without a gap or a double, also while messages come', async () => {
    const { owner, channelId } = await channelScene(app, { members: [] });
    const contents = Array.from({ length: 7 }, (_, n) => `word ${n}`);
    await say(owner, `/channels/${channelId}`, ...contents);
    await ready(channelId);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await search(owner, { q: 'word', limit: '3', ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ message }) => message.content));
      await say(owner, `/channels/${channelId}`, 'word that came');
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(contents.reverse());
  });

  it('finds only what the caller may read: nothing of other groups, of other people’s DMs, or of a group that was left', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    const stranger = await register(app);
    await say(alice, `/channels/${channelId}`, 'secret word');
    await say(alice, `/dms/${owner.id}`, 'secret of two');
    const [{ id: dm } = { id: '' }] = await app.sql<{ id: string }>(
      'SELECT conversation_id AS id FROM dms WHERE $1 IN (user_low_id, user_high_id)',
      [alice.id],
    );
    await ready(channelId, dm);
    expect(await found(bob, 'secret')).toEqual(['secret word']);
    expect((await search(owner, { q: 'secret' })).items.map(({ message }) => message)).toMatchObject([
      { conversation_id: dm, recipient_id: owner.id, content: 'secret of two' },
      { channel_id: channelId },
    ]);
    for (const query of [{}, { group_id: groupId }, { channel_id: channelId }, { sender_id: alice.id }] as Record<
      string,
      string
    >[])
      expect(await found(stranger, 'secret', query)).toEqual([]);
    expectOk(await bob.api.post(`/groups/${groupId}/leave`));
    expect(await found(bob, 'secret')).toEqual([]);
    expect(await found(bob, 'secret', { channel_id: channelId })).toEqual([]);
  });
});

it('brings a log of thousands into the index, page by page, and finds what a node has left behind', async () => {
  const { owner, channelId } = await channelScene(app, { members: [] });
  const rows = { conversationId: channelId, senderId: owner.id, content: 'bulk ' };
  await insertMessages(app, { ...rows, first: 1, last: 1200 });
  await say(owner, `/channels/${channelId}`, 'bulk last');
  await indexed(channelId);
  const [{ count } = { count: '' }] = await app.sql<{ count: string }>(
    'SELECT count(*) FROM message_terms WHERE conversation_id = $1',
    [channelId],
  );
  expect(count).toBe('1201');
  expect(await found(owner, 'bulk 7')).toEqual(['bulk 7']);
});
