import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../support/scene.js';
import { expectOk, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Message {
  id: string;
  conversation_id: string;
}

let app: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let message: Message;
beforeAll(async () => {
  app = await startTestApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  carol = await register(app, 'carol');
  message = expectOk(await alice.api.post(`/dms/${bob.id}/messages`, { content: 'between us' })) as Message;
});
afterAll(() => app.close());

describe('no third user (3)', () => {
  it('can read a message of the conversation by its id, which is as if there were none', async () => {
    const missing = await carol.api.get(`/messages/${alice.id}`);
    const refused = await carol.api.get(`/messages/${message.id}`);
    expect(refused.status).toBe(404);
    expect({ ...refused.body, request_id: 0 }).toEqual({ ...missing.body, request_id: 0 });
    for (const side of [alice, bob]) expect((await side.api.get(`/messages/${message.id}`)).body).toEqual(message);
  });

  it('finds anything of it in its own conversations with the two', async () => {
    for (const side of [alice, bob]) {
      expect((await carol.api.get(`/dms/${side.id}/messages`)).body).toEqual({ items: [], next_cursor: null });
      expect((await carol.api.get(`/dms/${side.id}/changes`)).body).toMatchObject({ items: [], last_seq: 0 });
      const socket = await carol.dm(side, { history: '100', since: '0' });
      expect(await socket.next('connected')).not.toMatchObject({ conversation_id: message.conversation_id });
      expect(await socket.next('history')).toMatchObject({ messages: [] });
    }
    expect((await carol.api.get('/dms')).body).toEqual({ items: [], next_cursor: null });
  });

  it('can address it by its id, on any gateway or route, and neither can the two', async () => {
    const id = message.conversation_id;
    for (const user of [carol, alice, bob]) {
      expect(await (await user.dial(`/ws/dm/${id}`)).closed).toMatchObject({ code: 4404 });
      expect(await (await user.dial(`/ws/channel/${id}`)).closed).toMatchObject({ code: 4403 });
      for (const path of [`/dms/${id}/messages`, `/dms/${id}/changes`, `/channels/${id}`])
        expect([path, (await user.api.get(path)).status]).toEqual([path, 404]);
      for (const path of [`/channels/${id}/messages`, `/channels/${id}/changes`])
        expect([path, (await user.api.get(path)).status]).toEqual([path, 404]);
      for (const path of [`/dms/${id}/messages`, `/channels/${id}/messages`])
        expect([path, (await user.api.post(path, { content: 'x' })).status]).toEqual([path, 404]);
      expect((await user.api.delete(`/channels/${id}`)).status).toBe(404);
    }
    expect((await alice.api.get(`/dms/${bob.id}/messages`)).body).toMatchObject({ items: [message] });
  });

  it('reaches it with forged fields: they are ignored', async () => {
    const before = (await bob.api.get(`/dms/${alice.id}/changes`)).body as { last_seq: number };
    const b = await bob.dm(alice);
    const c = await carol.dm(bob);
    const forged = {
      conversation_id: message.conversation_id,
      recipient_id: alice.id,
      sender_id: bob.id,
      from: bob.id,
      user_id: bob.id,
      username: bob.username,
      other_user_id: alice.id,
      seq: 99,
      rev: 99,
      id: message.id,
      kind: 'call',
      created_at: '2001-01-01T00:00:00.000Z',
      deleted_at: '2001-01-01T00:00:00.000Z',
      mentions: [alice.id],
      pinned: true,
    };
    c.send({ type: 'dm_message', content: 'forged', ...forged });
    const event = await c.next('dm_message');
    expect(event).toMatchObject({
      sender_id: carol.id,
      sender_username: carol.username,
      recipient_id: bob.id,
      seq: 1,
      rev: 1,
      kind: 'message',
      pinned: false,
      mentions: [],
      deleted_at: null,
    });
    expect([event['id'], event['conversation_id']]).not.toContain(message.id);
    expect(event['conversation_id']).not.toBe(message.conversation_id);
    expect(Date.parse(event['created_at'] as string)).toBeGreaterThan(Date.parse('2020-01-01'));
    expect(
      await app.sql('SELECT sender_id, conversation_id, seq::int FROM messages WHERE content = $1', ['forged']),
    ).toEqual([{ sender_id: carol.id, conversation_id: event['conversation_id'], seq: 1 }]);
    await b.untilMarker();
    expect(b.seen.some(({ type }) => type === 'dm_message')).toBe(false);
    expect((await bob.api.get(`/dms/${alice.id}/changes`)).body).toMatchObject({ last_seq: before.last_seq });
  });
});
