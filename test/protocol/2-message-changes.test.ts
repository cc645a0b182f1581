import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, join, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

interface Conversation {
  /** Who sends the messages, and another. */
  alice: SocketClient;
  bob: SocketClient;
  users: { alice: Actor; bob: Actor };
  /** What a command's or an event's type begins with. */
  prefix: string;
  /** The field that names the conversation in its events. */
  name: Record<string, unknown>;
}

async function channel(): Promise<Conversation> {
  const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
  const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
  return { alice, bob, users: members, prefix: '', name: { channel_id: channelId } };
}

async function dm(): Promise<Conversation> {
  const users = { alice: await register(app, 'alice'), bob: await register(app, 'bob') };
  const [alice, bob] = [await users.alice.dm(users.bob), await users.bob.dm(users.alice)];
  const { conversation_id } = await alice.next('connected');
  return { alice, bob, users, prefix: 'dm_', name: { conversation_id } };
}

/** The events of changes that a client got before a marker of its own, answers left out. */
async function changesOf(client: SocketClient, prefix: string): Promise<ReceivedEvent[]> {
  const types = ['message', 'message_updated', 'message_deleted', 'reaction_added', 'reaction_removed'];
  return (await client.untilMarker()).filter(({ type }) => types.some((each) => type === prefix + each));
}

async function send({ alice, prefix }: Conversation, content: string): Promise<string> {
  return (await alice.request({ type: `${prefix}message`, content }))['id'] as string;
}

describe.each([
  ['a channel (2)', channel],
  ['a direct conversation (3)', dm],
])('in %s', (_, begin) => {
  it('message_edit sends everyone the whole message, and the ack comes after it, with id, seq and rev', async () => {
    const it = await begin();
    const id = await send(it, 'before');
    const command = { type: `${it.prefix}message_edit`, message_id: id.toUpperCase(), content: ' after ', ref: 'r' };
    it.alice.send(command);
    const ack = await it.alice.next(({ ref }) => ref === 'r');
    expect(ack).toEqual({ type: 'ack', ref: 'r', id, seq: 1, rev: 2 });
    const [message, updated] = it.alice.seen.filter((event) => event['id'] === id && event.type !== 'ack');
    expect(updated).toEqual({
      ...message,
      ...{ type: `${it.prefix}message_updated`, content: 'after', rev: 2, edited_at: expect.any(String) as string },
    });
    expect(it.alice.seen.indexOf(updated!)).toBeLessThan(it.alice.seen.indexOf(ack));
    expect(await changesOf(it.bob, it.prefix)).toEqual([message, updated]);
  });

  it('message_delete sends everyone message_deleted, once', async () => {
    const it = await begin();
    const id = await send(it, 'gone');
    const command = { type: `${it.prefix}message_delete`, message_id: id };
    const answer = { type: 'ack', id, seq: 1, rev: 2 };
    expect(await it.alice.request(command)).toMatchObject(answer);
    expect(await it.alice.request(command)).toMatchObject(answer);
    const [, deleted, ...more] = await changesOf(it.bob, it.prefix);
    expect(deleted).toEqual({
      ...{ type: `${it.prefix}message_deleted`, id, ...it.name, seq: 1, rev: 2 },
      ...{ deleted_by: it.users.alice.id, deleted_at: expect.any(String) as string },
    });
    expect(more).toEqual([]);
  });

  it('reaction_add and reaction_remove send everyone who, what and how many now', async () => {
    const it = await begin();
    const id = await send(it, 'react');
    const command = { message_id: id, emoji: '🎉' };
    for (const [client, type, rev] of [
      [it.alice, 'reaction_add', 2],
      [it.alice, 'reaction_add', 2],
      [it.bob, 'reaction_add', 3],
      [it.alice, 'reaction_remove', 4],
      [it.alice, 'reaction_remove', 4],
    ] as const)
      expect(await client.request({ type: it.prefix + type, ...command })).toMatchObject({
        type: 'ack',
        id,
        seq: 1,
        rev,
      });
    const { alice, bob } = it.users;
    const event = (type: string, user: Actor, count: number, rev: number) => ({
      ...{ type: it.prefix + type, ...it.name, ...command, user_id: user.id, username: user.username, count, rev },
    });
    for (const client of [it.alice, it.bob])
      expect((await changesOf(client, it.prefix)).slice(1)).toEqual([
        event('reaction_added', alice, 1, 2),
        event('reaction_added', bob, 2, 3),
        event('reaction_removed', alice, 1, 4),
      ]);
  });

  it('what may not be is refused with a named error, and tells nobody', async () => {
    const it = await begin();
    const id = await send(it, 'mine');
    const refused = async (client: SocketClient, type: string, fields: object) =>
      (await client.request({ type: it.prefix + type, message_id: id, ...fields }))['code'];
    expect(await refused(it.bob, 'message_edit', { content: 'x' })).toBe('forbidden');
    expect(await refused(it.bob, 'message_delete', {})).toBe('forbidden');
    expect(await refused(it.alice, 'message_edit', { content: '  ' })).toBe('validation_failed');
    expect(await refused(it.alice, 'message_edit', { content: 'x'.repeat(4001) })).toBe('validation_failed');
    for (const emoji of ['a', '', '👍👍', 7, null, '\u0000', 'x'.repeat(5000)])
      expect(await refused(it.bob, 'reaction_add', { emoji })).toBe('validation_failed');
    for (const message_id of ['x', 7, null, undefined])
      expect(await refused(it.alice, 'message_delete', { message_id })).toBe('validation_failed');
    expect(await refused(it.alice, 'message_delete', { message_id: randomUUID() })).toBe('not_found');
    expect((await changesOf(it.bob, it.prefix)).slice(1)).toEqual([]);
  });

  it('a message of another conversation is none', async () => {
    const [it, other] = [await begin(), await begin()];
    const id = await send(other, 'elsewhere');
    for (const [type, fields] of [
      ['message_edit', { content: 'x' }],
      ['message_delete', {}],
      ['reaction_add', { emoji: '👍' }],
      ['reaction_remove', { emoji: '👍' }],
    ] as const)
      expect(await it.alice.request({ type: it.prefix + type, message_id: id, ...fields })).toMatchObject({
        code: 'not_found',
      });
    expect((await changesOf(other.alice, other.prefix)).slice(1)).toEqual([]);
  });

  it('changes come in the order of their numbers on every connection, sent by both at once', async () => {
    const it = await begin();
    const id = await send(it, 'busy');
    const emoji = Array.from('😀😁😂😃😄😅😆😇😈😉');
    for (const each of emoji) {
      it.alice.send({ type: `${it.prefix}reaction_add`, message_id: id, emoji: each });
      it.bob.send({ type: `${it.prefix}reaction_add`, message_id: id, emoji: each });
      it.alice.send({ type: `${it.prefix}message`, content: each });
      it.alice.send({ type: `${it.prefix}message_edit`, message_id: id, content: each });
    }
    await it.alice.request({ type: 'ping' });
    await it.bob.request({ type: 'ping' });
    for (const client of [it.alice, it.bob]) {
      await client.next(({ rev }) => rev === 1 + 4 * emoji.length);
      const revs = client.seen
        .filter(({ type }) => type !== 'ack')
        .flatMap(({ rev }) => (rev === undefined ? [] : [rev]));
      expect(revs).toEqual(Array.from({ length: 1 + 4 * emoji.length }, (_, n) => n + 1));
    }
  });
});

describe('in a channel (2)', () => {
  it('pin and unpin are for moderators and up, and send everyone message_updated', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'mod'] });
    const alice = await members.alice.channel(channelId);
    const mod = await members.mod.channel(channelId);
    const { id } = await alice.request({ type: 'message', content: 'pin me' });
    expect(await alice.request({ type: 'pin', message_id: id })).toMatchObject({ code: 'forbidden' });
    expect(await mod.request({ type: 'pin', message_id: id })).toMatchObject({ code: 'forbidden' });
    await owner.api.patch(`/groups/${groupId}/members/${members.mod.id}`, { role: 'moderator' });
    expect(await mod.request({ type: 'pin', message_id: id })).toMatchObject({ type: 'ack', id, rev: 2 });
    expect(await alice.next('message_updated')).toMatchObject({ id, pinned: true, rev: 2 });
    expect(await mod.request({ type: 'unpin', message_id: id })).toMatchObject({ type: 'ack', id, rev: 3 });
    expect(await alice.next('message_updated')).toMatchObject({ id, pinned: false, rev: 3 });
  });

  it('a moderator deletes another’s message, and deleted_by says so', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const alice = await members.alice.channel(channelId);
    const moderator = await owner.channel(channelId);
    const { id } = await alice.request({ type: 'message', content: 'rude' });
    await moderator.request({ type: 'message_delete', message_id: id });
    expect(await alice.next('message_deleted')).toMatchObject({ id, deleted_by: owner.id });
  });

  it('what was missed comes by since as message, message_updated or message_deleted', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const alice = await members.alice.channel(channelId);
    const say = async (content: string) => (await alice.request({ type: 'message', content }))['id'] as string;
    const [first, second] = [await say('1'), await say('2')];
    const { epoch } = await alice.next('connected');
    const [third, fourth] = [await say('3'), await say('4')];
    await alice.request({ type: 'message_edit', message_id: first, content: 'edited' });
    await alice.request({ type: 'message_delete', message_id: second });
    await alice.request({ type: 'reaction_add', message_id: third, emoji: '👍' });
    await alice.request({ type: 'message_delete', message_id: fourth });
    const bob = await members.bob.channel(channelId, { since: '2', epoch: String(epoch) });
    await bob.next('resumed');
    const missed = bob.seen.filter((event) => event['rev'] !== undefined).map(({ type, id, rev }) => [type, id, rev]);
    expect(missed).toEqual([
      ['message_updated', first, 5],
      ['message_deleted', second, 6],
      ['message', third, 7],
      ['message', fourth, 8],
    ]);
    expect(bob.seen.find((event) => event['id'] === fourth)).toMatchObject({
      content: '',
      deleted_at: expect.any(String) as string,
    });
  });

  it('one who was removed changes nothing any more, and one who comes back does', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    const socket = await members.alice.channel(channelId);
    const { id } = await socket.request({ type: 'message', content: 'mine' });
    await owner.api.delete(`/groups/${groupId}/members/${members.alice.id}`);
    expect((await socket.closed).code).toBe(4403);
    expect((await members.alice.api.patch(`/messages/${String(id)}`, { content: 'x' })).status).toBe(404);
    await join(owner, members.alice, groupId);
    expect((await members.alice.api.patch(`/messages/${String(id)}`, { content: 'x' })).status).toBe(200);
  });
});
