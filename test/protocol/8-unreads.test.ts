import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeMessages, insertMessages } from '../support/message-rows.js';
import type { Actor } from '../support/scene.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Unread {
  conversation_id: string;
  unread_count: number;
  more: boolean;
  mention_count: number;
  last_read_seq: number;
  last_seq: number;
}

const NOWHERE = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

async function unreadsOf(user: Actor, query = ''): Promise<{ items: Unread[]; next_cursor: string | null }> {
  return expectOk(await user.api.get(`/users/me/unreads${query}`)) as { items: Unread[]; next_cursor: string | null };
}

async function unreadOf(user: Actor, conversationId: string): Promise<Unread | undefined> {
  return (await unreadsOf(user)).items.find(({ conversation_id }) => conversation_id === conversationId);
}

async function say(user: Actor, path: string, content = 'something'): Promise<number> {
  return (expectOk(await user.api.post(`${path}/messages`, { content })) as { seq: number }).seq;
}

describe('PUT /channels/:id/read {seq} (8)', () => {
  it('moves the pointer, and answers where it stands', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    for (let n = 0; n < 3; n++) await say(alice, `/channels/${channelId}`);
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 3, last_read_seq: 0, last_seq: 3 });
    expect(await bob.api.put(`/channels/${channelId}/read`, { seq: 2 })).toMatchObject({
      status: 200,
      body: { last_read_seq: 2, mention_count: 0 },
    });
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 1, last_read_seq: 2 });
  });

  it('a lower one marks unread', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    for (let n = 0; n < 3; n++) await say(alice, `/channels/${channelId}`);
    await bob.api.put(`/channels/${channelId}/read`, { seq: 3 });
    await bob.api.put(`/channels/${channelId}/read`, { seq: 1 });
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 2, last_read_seq: 1 });
  });

  it('one above the head is the head: what is said later is unread', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    await say(alice, `/channels/${channelId}`);
    const { body } = await bob.api.put(`/channels/${channelId}/read`, { seq: Number.MAX_SAFE_INTEGER });
    expect(body).toMatchObject({ last_read_seq: 1 });
    await say(alice, `/channels/${channelId}`);
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 1 });
  });

  it.each([{}, { seq: -1 }, { seq: 1.5 }, { seq: '1' }, { seq: null }, { seq: [1] }, { seq: 2 ** 53 }])(
    'refuses %j with validation_failed',
    async (body) => {
      const { owner, channelId } = await channelScene(app, { members: [] });
      const answer = await owner.api.put(`/channels/${channelId}/read`, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'seq' }] } });
    },
  );

  it('is not_found for a stranger, for a DM’s id, and where there is no channel; and leaves no pointer', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const stranger = await register(app);
    await say(stranger, `/dms/${members.alice.id}`);
    const [{ conversation_id: dmId } = { conversation_id: '' }] = (await unreadsOf(members.alice)).items.slice(-1);
    expect(dmId).not.toBe(channelId);
    for (const [user, id] of [
      [stranger, channelId],
      [stranger, NOWHERE],
      [members.alice, dmId],
    ] as const)
      expect(await user.api.put(`/channels/${id}/read`, { seq: 0 })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    expect(await app.sql('SELECT FROM read_states WHERE conversation_id = ANY ($1)', [[channelId, dmId]])).toEqual([]);
  });
});

describe('PUT /dms/:user_id/read (8)', () => {
  it('moves the caller’s pointer alone', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    await say(alice, `/dms/${bob.id}`);
    await say(bob, `/dms/${alice.id}`);
    expect((await unreadsOf(alice)).items).toMatchObject([
      { kind: 'dm', user_id: bob.id, channel_id: null, unread_count: 1 },
    ]);
    expect(await bob.api.put(`/dms/${alice.id}/read`, { seq: 2 })).toMatchObject({ body: { last_read_seq: 2 } });
    expect((await unreadsOf(bob)).items).toMatchObject([{ unread_count: 0, last_read_seq: 2, user_id: alice.id }]);
    expect((await unreadsOf(alice)).items).toMatchObject([{ unread_count: 1, last_read_seq: 0 }]);
  });

  it('is not_found for no user, and validation_failed for oneself', async () => {
    const alice = await register(app, 'alice');
    expect(await alice.api.put(`/dms/${NOWHERE}/read`, { seq: 0 })).toMatchObject({ status: 404 });
    expect(await alice.api.put(`/dms/${alice.id}/read`, { seq: 0 })).toMatchObject({ status: 400 });
  });
});

describe('GET /users/me/unreads (8)', () => {
  it('counts messages of others, not one’s own', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    await say(alice, `/channels/${channelId}`);
    await say(bob, `/channels/${channelId}`);
    await say(alice, `/channels/${channelId}`);
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 2, last_seq: 3 });
    expect(await unreadOf(alice, channelId)).toMatchObject({ unread_count: 1 });
  });

  it('counts messages, not edits, and no deleted ones', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    for (let n = 0; n < 3; n++) await say(alice, `/channels/${channelId}`);
    await changeMessages(app, channelId, [{ seq: 1, content: 'edited' }, { seq: 1, content: 'again' }, { seq: 2 }]);
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 2, last_seq: 6 });
    await bob.api.put(`/channels/${channelId}/read`, { seq: 3 });
    await changeMessages(app, channelId, [{ seq: 3, content: 'edited after it was read' }]);
    expect(await unreadOf(bob, channelId)).toMatchObject({ unread_count: 0 });
  });

  it.each([
    [999, { unread_count: 999, more: false }],
    [1000, { unread_count: 999, more: true }],
  ])('is exact to 999, and says more above: %i', async (count, expected) => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    await insertMessages(app, { conversationId: channelId, senderId: members.alice.id, first: 1, last: count });
    await insertMessages(app, { conversationId: channelId, senderId: owner.id, first: count + 1, last: count + 2000 });
    expect(await unreadOf(owner, channelId)).toMatchObject(expected);
  });

  it('says more, and no false count, where most of a long log is the caller’s own', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const own = { conversationId: channelId, senderId: owner.id };
    await insertMessages(app, { ...own, senderId: members.alice.id, first: 1, last: 5 });
    await insertMessages(app, { ...own, first: 6, last: 9_995 });
    await insertMessages(app, { ...own, senderId: members.alice.id, first: 9_996, last: 10_000 });
    expect(await unreadOf(owner, channelId)).toMatchObject({ unread_count: 10, more: false });
    await insertMessages(app, { ...own, senderId: members.alice.id, first: 10_001, last: 10_001 });
    expect(await unreadOf(owner, channelId)).toMatchObject({ unread_count: 10, more: true });
  });

  it('what was said before somebody joined is not unread for them, also when they come again', async () => {
    const { owner, groupId, channelId } = await channelScene(app, { members: [] });
    const late = await register(app, 'late');
    await say(owner, `/channels/${channelId}`);
    await join(owner, late, groupId);
    expect(await unreadOf(late, channelId)).toMatchObject({ unread_count: 0 });
    await say(owner, `/channels/${channelId}`);
    expect(await unreadOf(late, channelId)).toMatchObject({ unread_count: 1 });
    await late.api.put(`/channels/${channelId}/read`, { seq: 0 });
    expect(await unreadOf(late, channelId)).toMatchObject({ unread_count: 1 });
    expectOk(await late.api.post(`/groups/${groupId}/leave`));
    expect(await app.sql('SELECT FROM read_states WHERE user_id = $1', [late.id])).toEqual([]);
    await say(owner, `/channels/${channelId}`);
    await join(owner, late, groupId);
    expect(await unreadOf(late, channelId)).toMatchObject({ unread_count: 0, mention_count: 0 });
  });

  it('pages by conversation: each one of the caller’s, once, and nobody else’s', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const ids = [channelId];
    for (let n = 0; n < 4; n++)
      ids.push(
        (
          expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: `c${n}`, type: 'TEXT' })) as {
            id: string;
          }
        ).id,
      );
    await channelScene(app, { members: [] });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: Unread[]; next_cursor: string | null } = await unreadsOf(
        members.alice,
        `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ conversation_id }) => conversation_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids.sort());
  });

  it('refuses a cursor of another list', async () => {
    const alice = await register(app, 'alice');
    expect(await alice.api.get('/users/me/unreads?cursor=x')).toMatchObject({ status: 400 });
  });
});
