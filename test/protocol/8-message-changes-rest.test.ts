import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiResponse } from '../support/api-client.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Message {
  id: string;
  seq: number;
  rev: number;
  content: string;
  [field: string]: unknown;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const THUMB = encodeURIComponent('👍');
const NOWHERE = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';

async function channel() {
  const scene = await channelScene(app, { members: ['alice', 'bob'] });
  const { alice } = scene.members;
  const say = (content: string, by: Actor = alice) =>
    by.api.post(`/channels/${scene.channelId}/messages`, { content }).then((answer) => expectOk(answer) as Message);
  const changes = async () =>
    (expectOk(await alice.api.get(`/channels/${scene.channelId}/changes?limit=1000`)) as { items: Message[] }).items;
  return { ...scene, ...scene.members, say, changes };
}

async function dm() {
  const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
  const message = expectOk(await alice.api.post(`/dms/${bob.id}/messages`, { content: 'hello' })) as Message;
  return { alice, bob, message };
}

const refusal = ({ status, body }: ApiResponse) => [status, (body as { code: string }).code];

describe('PATCH /messages/:id (8)', () => {
  it('changes what it says, and everyone connected sees message_updated, the feed too', async () => {
    const { alice, bob, channelId, say, changes } = await channel();
    const message = await say('first');
    const socket = await bob.channel(channelId);
    const edited = expectOk(await alice.api.patch(`/messages/${message.id}`, { content: '  second ' })) as Message;
    expect(edited).toEqual({ ...message, content: 'second', rev: 2, edited_at: expect.any(String) as string });
    expect(await socket.next('message_updated')).toEqual({ type: 'message_updated', ...edited });
    expect(await changes()).toEqual([edited]);
    expect((await alice.api.get(`/messages/${message.id}`)).body).toEqual(edited);
  });

  it('is for its sender alone: forbidden to others, not_found for a stranger', async () => {
    const { owner, bob, say, changes } = await channel();
    const { id } = await say('mine');
    const stranger = await register(app);
    for (const user of [bob, owner])
      expect(refusal(await user.api.patch(`/messages/${id}`, { content: 'x' }))).toEqual([403, 'forbidden']);
    expect(refusal(await stranger.api.patch(`/messages/${id}`, { content: 'x' }))).toEqual([404, 'not_found']);
    expect(refusal(await bob.api.patch(`/messages/${NOWHERE}`, { content: 'x' }))).toEqual([404, 'not_found']);
    expect(await changes()).toMatchObject([{ content: 'mine', rev: 1 }]);
  });

  it('takes what a send takes, and the same content changes nothing', async () => {
    const { alice, say, changes } = await channel();
    const { id } = await say('same');
    for (const content of ['', '  ', 'x'.repeat(4001), 'a\0b', 5, null, undefined])
      expect(refusal(await alice.api.patch(`/messages/${id}`, { content }))).toEqual([400, 'validation_failed']);
    expect((await alice.api.patch(`/messages/${id}`, { content: ' same ' })).body).toMatchObject({
      rev: 1,
      edited_at: null,
    });
    expect(await changes()).toHaveLength(1);
  });

  it('mentions anew', async () => {
    const { alice, bob, owner, say, channelId } = await channel();
    const message = await say(`@${bob.username} hello`);
    const counts = () =>
      app.sql(
        'SELECT user_id, mention_count FROM read_states WHERE conversation_id = $1 ORDER BY mention_count, user_id',
        [channelId],
      );
    const edit = (content: string) => alice.api.patch(`/messages/${message.id}`, { content });
    expect((await edit(`@${owner.username} and @${alice.username}`)).body).toMatchObject({
      mentions: expect.arrayContaining([owner.id, alice.id]) as string[],
    });
    expect(await counts()).toContainEqual({ user_id: owner.id, mention_count: 1 });
    expect(await counts()).not.toContainEqual(expect.objectContaining({ user_id: alice.id }));
    await edit('nobody');
    expect(await counts()).toContainEqual({ user_id: owner.id, mention_count: 0 });
  });

  it('leaves what it said before for moderators (GET /messages/:id/history)', async () => {
    const { alice, owner, say } = await channel();
    const { id } = await say('one');
    for (const content of ['two', 'three']) expectOk(await alice.api.patch(`/messages/${id}`, { content }));
    const first = (await owner.api.get(`/messages/${id}/history?limit=1`)).body as {
      items: unknown[];
      next_cursor: string;
    };
    expect(first.items).toEqual([{ content: 'one', rev: 1, replaced_at: expect.any(String) as string }]);
    const rest = await owner.api.get(`/messages/${id}/history?cursor=${first.next_cursor}`);
    expect(rest.body).toMatchObject({ items: [{ content: 'two', rev: 2 }], next_cursor: null });
    expect(refusal(await alice.api.get(`/messages/${id}/history`))).toEqual([403, 'forbidden']);
    expect(refusal(await (await register(app)).api.get(`/messages/${id}/history`))).toEqual([404, 'not_found']);
    expect(refusal(await owner.api.get(`/messages/${id}/history?cursor=x`))).toEqual([400, 'validation_failed']);
  });
});

describe('DELETE /messages/:id (8)', () => {
  it('leaves a tombstone without content in its place; again, the same one and no new number', async () => {
    const { alice, bob, channelId, say, changes } = await channel();
    const message = await say('secret');
    await alice.api.patch(`/messages/${message.id}`, { content: 'more secret' });
    await bob.api.put(`/messages/${message.id}/reactions/${THUMB}`);
    const socket = await bob.channel(channelId);
    const gone = expectOk(await alice.api.delete(`/messages/${message.id}`)) as Message;
    expect(gone).toEqual({ ...message, content: '', rev: 4, deleted_at: expect.any(String) as string });
    expect(await socket.next('message_deleted')).toEqual({
      type: 'message_deleted',
      ...{ id: message.id, channel_id: channelId, seq: 1, rev: 4 },
      ...{ deleted_by: alice.id, deleted_at: gone['deleted_at'] },
    });
    expect((await alice.api.delete(`/messages/${message.id}`)).body).toEqual(gone);
    expect(await changes()).toEqual([gone]);
    const kept = await app.sql<{ text: string }>(
      `SELECT m::text || coalesce((SELECT string_agg(e::text, '') FROM message_edits e WHERE message_id = m.id), '') AS text
         FROM messages m WHERE id = $1`,
      [message.id],
    );
    expect(kept[0]?.text).not.toContain('secret');
  });

  it('is for its sender, and for moderators and up', async () => {
    const { owner, alice, bob, groupId, say } = await channel();
    const [first, second, third] = [await say('1'), await say('2'), await say('3')];
    expect(refusal(await bob.api.delete(`/messages/${first.id}`))).toEqual([403, 'forbidden']);
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${bob.id}`, { role: 'moderator' }));
    for (const [user, { id }] of [
      [bob, first],
      [owner, second],
      [alice, third],
    ] as const)
      expect((await user.api.delete(`/messages/${id}`)).status).toBe(200);
    expect(refusal(await (await register(app)).api.delete(`/messages/${first.id}`))).toEqual([404, 'not_found']);
  });

  it('takes its mentions back where they were not read', async () => {
    const { alice, bob, say, channelId } = await channel();
    const message = await say(`@${bob.username}`);
    await alice.api.patch(`/messages/${message.id}`, { content: 'x' });
    await alice.api.patch(`/messages/${message.id}`, { content: `@${bob.username} again` });
    const count = () =>
      app.sql('SELECT mention_count FROM read_states WHERE conversation_id = $1 AND user_id = $2', [channelId, bob.id]);
    expect(await count()).toEqual([{ mention_count: 1 }]);
    await alice.api.delete(`/messages/${message.id}`);
    expect(await count()).toEqual([{ mention_count: 0 }]);
  });

  it('is final: it cannot be edited, pinned or reacted to', async () => {
    const { alice, owner, channelId, say } = await channel();
    const { id } = await say('gone');
    await alice.api.delete(`/messages/${id}`);
    for (const answer of [
      await alice.api.patch(`/messages/${id}`, { content: 'back' }),
      await alice.api.put(`/messages/${id}/reactions/${THUMB}`),
      await owner.api.put(`/channels/${channelId}/pins/${id}`),
    ])
      expect(refusal(answer)).toEqual([404, 'not_found']);
  });
});

describe('PUT, DELETE, GET /messages/:id/reactions/:emoji (8)', () => {
  it('count each user once, and tell everyone once', async () => {
    const { alice, bob, channelId, say, changes } = await channel();
    const { id } = await say('react');
    const socket = await alice.channel(channelId);
    const route = `/messages/${id}/reactions/${THUMB}`;
    expect((await alice.api.put(route)).body).toMatchObject({ reactions: [{ emoji: '👍', count: 1 }], rev: 2 });
    expect((await alice.api.put(route)).body).toMatchObject({ reactions: [{ emoji: '👍', count: 1 }], rev: 2 });
    await bob.api.put(`/messages/${id}/reactions/${encodeURIComponent('❤')}`);
    expect((await bob.api.put(route)).body).toMatchObject({
      reactions: [
        { emoji: '👍', count: 2 },
        { emoji: '❤️', count: 1 },
      ],
    });
    expect((await alice.api.delete(route)).body).toMatchObject({ rev: 5 });
    await alice.api.delete(route);
    await bob.api.delete(route);
    const events = (await socket.untilMarker()).filter(({ type }) => type.startsWith('reaction_'));
    const event = (type: string, user: Actor, emoji: string, count: number, rev: number) => ({
      ...{ type, channel_id: channelId, message_id: id, emoji, user_id: user.id, username: user.username, count, rev },
    });
    expect(events).toEqual([
      event('reaction_added', alice, '👍', 1, 2),
      event('reaction_added', bob, '❤️', 1, 3),
      event('reaction_added', bob, '👍', 2, 4),
      event('reaction_removed', alice, '👍', 1, 5),
      event('reaction_removed', bob, '👍', 0, 6),
    ]);
    expect(await changes()).toMatchObject([{ id, rev: 6, reactions: [{ emoji: '❤️', count: 1 }] }]);
  });

  it('name who reacted, in pages', async () => {
    const { alice, bob, say } = await channel();
    const { id } = await say('react');
    const route = `/messages/${id}/reactions/${THUMB}`;
    await alice.api.put(route);
    await bob.api.put(route);
    const first = (await alice.api.get(`${route}?limit=1`)).body as {
      items: { user_id: string }[];
      next_cursor: string;
    };
    const rest = (await alice.api.get(`${route}?cursor=${first.next_cursor}`)).body as typeof first;
    expect([...first.items, ...rest.items].map(({ user_id }) => user_id).sort()).toEqual([alice.id, bob.id].sort());
    expect(rest.next_cursor).toBeNull();
  });

  it('take one emoji, and are not for strangers', async () => {
    const { alice, say, changes } = await channel();
    const { id } = await say('react');
    for (const text of ['a', '👍👍', '1', ' ', '%00'])
      for (const method of ['PUT', 'DELETE', 'GET']) {
        const emoji = text.startsWith('%') ? text : encodeURIComponent(text);
        const answer = await alice.api.send(method, `/messages/${id}/reactions/${emoji}`);
        expect([text, ...refusal(answer)]).toEqual([text, 400, 'validation_failed']);
      }
    const stranger = await register(app);
    for (const method of ['PUT', 'DELETE', 'GET'])
      expect(refusal(await stranger.api.send(method, `/messages/${id}/reactions/${THUMB}`))).toEqual([
        404,
        'not_found',
      ]);
    expect(await changes()).toMatchObject([{ rev: 1, reactions: [] }]);
  });

  it('are of at most 20 kinds', async () => {
    const { alice, bob, say } = await channel();
    const { id } = await say('react');
    const kinds = Array.from('😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓');
    const put = (user: Actor, emoji: string) => user.api.put(`/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
    for (const emoji of kinds) expectOk(await put(alice, emoji));
    expect(refusal(await put(alice, '😔'))).toEqual([409, 'conflict']);
    expectOk(await put(bob, kinds[0]!));
  });

  it('of many at once are counted right', async () => {
    const { alice, bob, owner, say } = await channel();
    const { id } = await say('react');
    const route = `/messages/${id}/reactions/${THUMB}`;
    await Promise.all([alice, bob, owner, alice, bob, owner].map(({ api }) => api.put(route)));
    expect((await alice.api.get(`/messages/${id}`)).body).toMatchObject({
      reactions: [{ emoji: '👍', count: 3 }],
      rev: 4,
    });
  });
});

describe('PUT, DELETE /channels/:id/pins/:message_id, GET /channels/:id/pins (8)', () => {
  it('are for moderators, and everyone sees message_updated', async () => {
    const { owner, alice, channelId, say } = await channel();
    const [first, second] = [await say('1'), await say('2')];
    const socket = await alice.channel(channelId);
    const route = (id: string) => `/channels/${channelId}/pins/${id}`;
    expect(refusal(await alice.api.put(route(first.id)))).toEqual([403, 'forbidden']);
    expect((await owner.api.put(route(first.id))).body).toMatchObject({ id: first.id, pinned: true, rev: 3 });
    expect((await owner.api.put(route(first.id))).body).toMatchObject({ pinned: true, rev: 3 });
    expectOk(await owner.api.put(route(second.id)));
    const pins = (await alice.api.get(`/channels/${channelId}/pins`)).body as { items: Message[] };
    expect(pins.items.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    expect(refusal(await alice.api.delete(route(first.id)))).toEqual([403, 'forbidden']);
    expect((await owner.api.delete(route(first.id))).body).toMatchObject({ pinned: false, rev: 5 });
    const updates = (await socket.untilMarker()).filter(({ type }) => type === 'message_updated');
    expect(updates.map(({ id, pinned }) => [id, pinned])).toEqual([
      [first.id, true],
      [second.id, true],
      [first.id, false],
    ]);
    expect((await alice.api.get(`/channels/${channelId}/pins`)).body).toMatchObject({
      items: [{ id: second.id }],
      next_cursor: null,
    });
  });

  it('are of the channel: another one’s message, and a direct conversation, are not found', async () => {
    const { owner, channelId } = await channel();
    const other = await channel();
    const { id } = await other.say('elsewhere');
    expect(refusal(await owner.api.put(`/channels/${channelId}/pins/${id}`))).toEqual([404, 'not_found']);
    expect(refusal(await owner.api.get(`/channels/${other.channelId}/pins`))).toEqual([404, 'not_found']);
    const direct = await dm();
    const route = `/channels/${String(direct.message['conversation_id'])}/pins`;
    expect(refusal(await direct.alice.api.put(`${route}/${direct.message.id}`))).toEqual([404, 'not_found']);
    expect(refusal(await direct.alice.api.get(route))).toEqual([404, 'not_found']);
  });

  it('are at most 50', async () => {
    const { owner, channelId, say } = await channel();
    const messages = await Promise.all(Array.from({ length: 51 }, (_, n) => say(String(n))));
    const answers = await Promise.all(messages.map(({ id }) => owner.api.put(`/channels/${channelId}/pins/${id}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(50).fill(200), 409]);
  });
});

describe('the messages of a direct conversation (8)', () => {
  it('are edited, deleted and reacted to by the same routes, and both sides see it', async () => {
    const { alice, bob, message } = await dm();
    const socket = await bob.dm(alice);
    const names = { conversation_id: message['conversation_id'] };
    expect((await alice.api.patch(`/messages/${message.id}`, { content: 'new' })).body).toMatchObject({
      ...{ content: 'new', recipient_id: bob.id, ...names },
    });
    expect(await socket.next('dm_message_updated')).toMatchObject({ id: message.id, content: 'new', rev: 2, ...names });
    expectOk(await bob.api.put(`/messages/${message.id}/reactions/${THUMB}`));
    expect(await socket.next('dm_reaction_added')).toEqual({
      ...{ type: 'dm_reaction_added', ...names, message_id: message.id, emoji: '👍' },
      ...{ user_id: bob.id, username: bob.username, count: 1, rev: 3 },
    });
    expectOk(await bob.api.delete(`/messages/${message.id}/reactions/${THUMB}`));
    expect(await socket.next('dm_reaction_removed')).toMatchObject({ count: 0, rev: 4, ...names });
    expect(refusal(await bob.api.delete(`/messages/${message.id}`))).toEqual([403, 'forbidden']);
    expect(refusal(await bob.api.get(`/messages/${message.id}/history`))).toEqual([403, 'forbidden']);
    expectOk(await alice.api.delete(`/messages/${message.id}`));
    expect(await socket.next('dm_message_deleted')).toMatchObject({ id: message.id, seq: 1, rev: 5, ...names });
  });

  it('take no edits and no reactions where one side has blocked the other, but are deleted all the same', async () => {
    const { alice, bob, message } = await dm();
    await app.sql('INSERT INTO user_blocks VALUES ($1, $2, now())', [bob.id, alice.id]);
    for (const user of [alice, bob])
      expect(refusal(await user.api.put(`/messages/${message.id}/reactions/${THUMB}`))).toEqual([403, 'forbidden']);
    expect(refusal(await alice.api.patch(`/messages/${message.id}`, { content: 'x' }))).toEqual([403, 'forbidden']);
    expect((await alice.api.delete(`/messages/${message.id}`)).status).toBe(200);
  });
});
