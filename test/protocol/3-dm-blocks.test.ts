import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainEvents } from '../../src/common/domain-events.js';
import { allPages } from '../support/group-scene.js';
import { expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

const pair = async () => ({ alice: await register(app, 'alice'), bob: await register(app, 'bob') });
const block = async (blocker: Actor, blocked: Actor) => {
  expect((await blocker.api.put(`/users/${blocked.id}/block`)).status).toBe(204);
};
const unblock = async (blocker: Actor, blocked: Actor) => {
  expect((await blocker.api.delete(`/users/${blocked.id}/block`)).status).toBe(204);
};

describe('A user who has blocked the other (3)', () => {
  it.each(['dm_typing', 'webrtc_offer', 'call_invite'])(
    '%s is forbidden to both, until the block ends',
    async (type) => {
      const { alice, bob } = await pair();
      const sockets = { alice: await alice.dm(bob), bob: await bob.dm(alice) };
      const command = { type, is_typing: true, data: {}, media: { audio: true } };
      await block(alice, bob);
      for (const socket of [sockets.alice, sockets.bob])
        expect(await socket.request(command)).toMatchObject({ type: 'error', code: 'forbidden' });
      const heard = [...(await sockets.alice.untilMarker()), ...(await sockets.bob.untilMarker())];
      expect(heard.filter((event) => /typing|webrtc|call/.test(event.type))).toEqual([]);
      await unblock(alice, bob);
      expect(await sockets.bob.request(command)).toMatchObject({ type: 'ack' });
    },
  );

  it('may still read what was said, and so may the other', async () => {
    const { alice, bob } = await pair();
    expectOk(await bob.api.post(`/dms/${alice.id}/messages`, { content: 'before' }));
    await block(alice, bob);
    for (const [who, other] of [[alice, bob] as const, [bob, alice] as const]) {
      const socket = await who.dm(other, { history: '1' });
      expect(await socket.next('history')).toMatchObject({ messages: [{ content: 'before' }] });
      expect((await who.api.get(`/dms/${other.id}/messages`)).body).toMatchObject({ items: [{ content: 'before' }] });
    }
  });

  it('has not blocked the other way round: each ends their own block alone', async () => {
    const { alice, bob } = await pair();
    await block(alice, bob);
    await unblock(bob, alice);
    const socket = await bob.dm(alice);
    expect(await socket.request({ type: 'dm_typing', is_typing: true })).toMatchObject({ code: 'forbidden' });
  });
});

describe('PUT, DELETE /users/:id/block and GET /users/me/blocks (8)', () => {
  it('list whom one has blocked, in the order of blocking, in pages', async () => {
    const { alice, bob } = await pair();
    const others = [bob, await register(app), await register(app)];
    for (const other of others) await block(alice, other);
    await block(alice, bob);
    const listed = await allPages(app, '/users/me/blocks', 2, alice.token);
    expect(listed).toEqual(
      others.map(({ id, username }) => ({
        user_id: id,
        username,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      })),
    );
    for (const other of others) await unblock(alice, other);
    await unblock(alice, bob);
    expect(await allPages(app, '/users/me/blocks', 2, alice.token)).toEqual([]);
    expect(await allPages(app, '/users/me/blocks', 2, bob.token)).toEqual([]);
  });

  it('are told of once each, however often and at once they come', async () => {
    const { alice, bob } = await pair();
    const told: unknown[] = [];
    const events = app.app.get(DomainEvents);
    const offs = [
      events.on('user.blocked', (event) => void told.push(['blocked', event])),
      events.on('user.unblocked', (event) => void told.push(['unblocked', event])),
    ];
    await Promise.all(Array.from({ length: 10 }, () => block(alice, bob)));
    await Promise.all(Array.from({ length: 10 }, () => unblock(alice, bob)));
    for (const off of offs) off();
    const event = { blockerId: alice.id, blockedId: bob.id };
    expect(told).toEqual([
      ['blocked', event],
      ['unblocked', event],
    ]);
  });

  it('refuse oneself, nobody, who has left, and what is no id', async () => {
    const { alice, bob } = await pair();
    const put = (id: string) => alice.api.put(`/users/${id}/block`);
    expect(await put(alice.id)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect((await put('me')).status).toBe(400);
    expect((await put('0198c0de-4a5b-7cde-8f01-23456789abcd')).status).toBe(404);
    await app.sql('UPDATE users SET deactivated_at = now() WHERE id = $1', [bob.id]);
    expect((await put(bob.id)).status).toBe(404);
  });

  it('hold 1000 at most, also when they come at once', async () => {
    const { alice } = await pair();
    await app.sql(
      `WITH made AS (INSERT INTO users (id, username, email, password_hash, created_at)
         SELECT gen_random_uuid(), 'crowd' || left($1, 8) || n, 'crowd' || $1 || n || '@example.org', '', now()
           FROM generate_series(1, 998) n RETURNING id)
       INSERT INTO user_blocks (blocker_id, blocked_id, created_at) SELECT $1::uuid, id, now() FROM made`,
      [alice.id],
    );
    const others = [await register(app), await register(app), await register(app), await register(app)];
    const answers = await Promise.all(others.map(({ id }) => alice.api.put(`/users/${id}/block`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 409, 409]);
    expect(await allPages(app, '/users/me/blocks', 100, alice.token)).toHaveLength(1000);
  });
});
