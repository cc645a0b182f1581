import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntryDto } from '../../src/groups/dto/audit-entry.dto.js';
import type { BanDto } from '../../src/groups/dto/ban.dto.js';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
import { registerAccount } from '../support/accounts.js';
import { allPages, answerOf, castOf, expectedStatuses, groupOf, statusesOf } from '../support/group-scene.js';
import type { Act, Cast, GroupScene } from '../support/group-scene.js';
import { channelScene, expectOk, join } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp();
  cast = await castOf(app);
});

afterAll(() => app.close());

const as = (name: keyof Cast) => ({ token: cast[name].token });
const banPath = ({ id }: GroupScene, name: keyof Cast) => `/groups/${id}/bans/${cast[name].id}`;

describe('Roles (8): moderators ban, admins manage, the owner all', () => {
  const ban =
    (name: keyof Cast): Act =>
    (scene, by) =>
      app.api.put(banPath(scene, name), { reason: 'Spam.' }, by);
  //                              anonymous, stranger, member, moderator, admin, owner
  const ROUTES: [string, number[], Act][] = [
    ['PUT a ban of a member', [401, 404, 403, 200, 200, 200], ban('bystander')],
    ['PUT a ban of a moderator', [401, 404, 403, 403, 200, 200], ban('moderator')],
    ['PUT a ban of an admin', [401, 404, 403, 403, 403, 200], ban('admin')],
    ['PUT a ban of the owner', [401, 404, 403, 403, 403, 403], ban('owner')],
    ['PUT a ban of a user who is no member', [401, 404, 403, 200, 200, 200], ban('stranger')],
    [
      'PUT a ban of nobody',
      [401, 404, 403, 404, 404, 404],
      ({ id }, by) => app.api.put(`/groups/${id}/bans/${id}`, {}, by),
    ],
    [
      'DELETE a ban',
      [401, 404, 403, 204, 204, 204],
      async (scene, by) => {
        await answerOf(app.api.put(banPath(scene, 'bystander'), {}, as('owner')));
        return app.api.delete(banPath(scene, 'bystander'), by);
      },
    ],
    [
      'DELETE a ban that there is not',
      [401, 404, 403, 404, 404, 404],
      (scene, by) => app.api.delete(banPath(scene, 'bystander'), by),
    ],
    ['GET the bans', [401, 404, 403, 200, 200, 200], ({ id }, by) => app.api.get(`/groups/${id}/bans`, by)],
    ['GET the audit log', [401, 404, 403, 403, 200, 200], ({ id }, by) => app.api.get(`/groups/${id}/audit-log`, by)],
    [
      'POST /groups/:id/transfer',
      [401, 404, 403, 403, 403, 200],
      ({ id }, by) => app.api.post(`/groups/${id}/transfer`, { user_id: cast.bystander.id }, by),
    ],
  ];

  it.each(ROUTES)('%s answers %j', async (_, expected, act) => {
    expect(await statusesOf(app, cast, act)).toEqual(expectedStatuses(expected));
  });
});

describe('A ban (8)', () => {
  it('closes the sockets of the banned with 4403, also in a quiet channel, before it is answered', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    expectOk(await owner.api.put(`/groups/${groupId}/bans/${members.alice.id}`, {}));
    expectOk(await owner.api.post(`/channels/${channelId}/messages`, { content: 'after' }));
    expect(await alice.closed).toMatchObject({ code: 4403 });
    expect(alice.seen.filter(({ type }) => type === 'message')).toEqual([]);
    expect(await bob.next('message')).toMatchObject({ content: 'after' });
  });

  it('holds against every invite, and for who was no member too; lifted, it lets them in again', async () => {
    const scene = await groupOf(app, cast);
    await answerOf(app.api.put(banPath(scene, 'stranger'), {}, as('moderator')));
    const { code } = await answerOf<{ code: string }>(
      app.api.post(`/groups/${scene.id}/invites`, { max_uses: 1 }, as('owner')),
    );
    const refused = await app.api.post(`/invites/${code}/accept`, undefined, as('stranger'));
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await app.api.get(`/groups/${scene.id}`, as('stranger'))).status).toBe(404);
    await answerOf(app.api.delete(banPath(scene, 'stranger'), as('moderator')));
    // The refusal has used nothing up.
    expect((await app.api.post(`/invites/${code}/accept`, undefined, as('stranger'))).status).toBe(200);
  });

  it('is one however often it is made, and keeps the latest reason', async () => {
    const scene = await groupOf(app, cast);
    const first = await answerOf<Record<keyof BanDto, string>>(
      app.api.put(banPath(scene, 'member'), { reason: ' Spam ' }, as('moderator')),
    );
    expect(first).toEqual({
      user_id: cast.member.id,
      username: cast.member.username,
      banned_by: cast.moderator.id,
      reason: 'Spam',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    const again = await answerOf<object>(app.api.put(banPath(scene, 'member'), { reason: 'Worse' }, as('admin')));
    expect(again).toEqual({ ...first, banned_by: cast.admin.id, reason: 'Worse' });
    expect(await allPages(app, `/groups/${scene.id}/bans`, 1, cast.moderator.token)).toEqual([again]);
  });

  it('takes the invites of the banned with it, and no moderator bans themselves', async () => {
    const scene = await groupOf(app, cast);
    const { code } = await answerOf<{ code: string }>(app.api.post(`/groups/${scene.id}/invites`, {}, as('admin')));
    expect((await app.api.put(banPath(scene, 'moderator'), {}, as('moderator'))).status).toBe(403);
    await answerOf(app.api.put(banPath(scene, 'admin'), {}, as('owner')));
    expect((await app.api.post(`/invites/${code}/accept`, undefined, as('stranger'))).status).toBe(404);
  });

  it.each([[null], [5], [['a']], ['x'.repeat(501)], ['\0'], [{ $ne: 1 }]])(
    'is not made for the reason %j (N2, N5)',
    async (reason) => {
      const scene = await groupOf(app, cast);
      const answer = await app.api.put(banPath(scene, 'member'), { reason }, as('owner'));
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'reason' }] } });
    },
  );
});

describe('A transfer (8)', () => {
  it('makes the member the owner and the owner an admin', async () => {
    const scene = await groupOf(app, cast);
    const transfer = { user_id: cast.member.id.toUpperCase() };
    const group = await answerOf<GroupDto>(app.api.post(`/groups/${scene.id}/transfer`, transfer, as('owner')));
    expect(group).toMatchObject({ id: scene.id, owner_id: cast.member.id, role: 'admin', member_count: 5 });
    expect((await app.api.get(`/groups/${scene.id}`, as('member'))).body).toMatchObject({ role: 'owner' });
    expect((await app.api.delete(`/groups/${scene.id}`, as('owner'))).status).toBe(403);
    expect((await app.api.post(`/groups/${scene.id}/leave`, undefined, as('owner'))).status).toBe(204);
  });

  it('goes to another member alone', async () => {
    const { id } = await groupOf(app, cast);
    const transfer = (userId: unknown) => app.api.post(`/groups/${id}/transfer`, { user_id: userId }, as('owner'));
    expect(await transfer(cast.owner.id)).toMatchObject({ status: 400, body: { errors: [{ field: 'user_id' }] } });
    expect((await transfer(cast.stranger.id)).status).toBe(404);
    for (const nonsense of [undefined, null, '', 'x', [cast.member.id], { $ne: '' }])
      expect((await transfer(nonsense)).status).toBe(400);
    expect((await app.api.get(`/groups/${id}`, as('owner'))).body).toMatchObject({ role: 'owner' });
  });
});

describe('Leaving (8)', () => {
  it('is a conflict for an owner with others, and takes the group along with its last member', async () => {
    const owner = await registerAccount(app.api);
    const { id } = await answerOf<GroupDto>(app.api.post('/groups', { name: 'Two' }, owner));
    const { code } = await answerOf<{ code: string }>(app.api.post(`/groups/${id}/invites`, {}, owner));
    await answerOf(app.api.post(`/invites/${code}/accept`, undefined, as('member')));
    const leave = (by: { token: string }) => app.api.post(`/groups/${id}/leave`, undefined, by);
    expect(await leave(owner)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await leave(as('member'))).status).toBe(204);
    expect((await leave(owner)).status).toBe(204);
    expect(await app.sql('SELECT 1 FROM groups WHERE id = $1', [id])).toEqual([]);
  });
});

describe('The audit log (8)', () => {
  it('says who did what to whom, newest first, in pages', async () => {
    const scene = await groupOf(app, cast);
    const { id, channelId } = scene;
    await answerOf(app.api.patch(`/groups/${id}`, { name: 'Readers' }, as('admin')));
    await answerOf(app.api.patch(`/channels/${channelId}`, { slow_mode_s: 5, position: 0 }, as('admin')));
    await answerOf(app.api.patch(`/groups/${id}/members/${cast.member.id}`, { role: 'moderator' }, as('owner')));
    await answerOf(app.api.put(banPath(scene, 'bystander'), { reason: 'Spam' }, as('member')));
    await answerOf(app.api.delete(banPath(scene, 'bystander'), as('moderator')));
    await answerOf(app.api.delete(`/groups/${id}/members/${cast.member.id}`, as('admin')));
    await answerOf(app.api.delete(`/invites/${scene.code}`, as('owner')));
    await answerOf(app.api.delete(`/channels/${channelId}`, as('owner')));
    await answerOf(app.api.post(`/groups/${id}/transfer`, { user_id: cast.admin.id }, as('owner')));
    const entries = await allPages<AuditEntryDto>(app, `/groups/${id}/audit-log`, 4, cast.owner.token);
    const facts = entries.map((entry) => [entry.action, entry.actor_username, entry.target_username, entry.details]);
    const name = (who: keyof Cast) => cast[who].username;
    expect(facts).toEqual([
      ['group_transferred', name('owner'), name('admin'), {}],
      ['channel_deleted', name('owner'), null, { name: 'general' }],
      ['invite_revoked', name('owner'), null, { code: scene.code }],
      ['member_removed', name('admin'), name('member'), {}],
      ['user_unbanned', name('moderator'), name('bystander'), {}],
      ['user_banned', name('member'), name('bystander'), { reason: 'Spam' }],
      ['member_role_changed', name('owner'), name('member'), { from: 'member', to: 'moderator' }],
      ['channel_updated', name('admin'), null, { slow_mode_s: 5, position: 0 }],
      ['group_updated', name('admin'), null, { name: 'Readers' }],
      ['channel_created', name('owner'), null, { name: 'general', type: 'TEXT' }],
      ['member_role_changed', name('owner'), name('moderator'), { from: 'member', to: 'moderator' }],
      ['member_role_changed', name('owner'), name('admin'), { from: 'member', to: 'admin' }],
      ['invite_created', name('owner'), null, expect.objectContaining({ code: scene.code, max_uses: null })],
    ]);
    expect(entries.filter(({ target_id }) => target_id === channelId)).toHaveLength(3);
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
  });

  it('says nothing of what was refused', async () => {
    const scene = await groupOf(app, cast);
    const count = async () =>
      (await app.sql('SELECT 1 FROM group_audit_entries WHERE group_id = $1', [scene.id])).length;
    const before = await count();
    expect((await app.api.put(banPath(scene, 'owner'), {}, as('admin'))).status).toBe(403);
    expect((await app.api.delete(banPath(scene, 'member'), as('admin'))).status).toBe(404);
    expect((await app.api.delete(`/groups/${scene.id}/members/${cast.stranger.id}`, as('admin'))).status).toBe(404);
    expect(await count()).toBe(before);
  });
});

describe('The order of channels (8)', () => {
  it('is that of making, until an admin moves one; the others make room', async () => {
    const { owner, groupId, channelId } = await channelScene(app, { members: [] });
    const add = async (name: string) =>
      (expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name })) as { id: string }).id;
    const ids = [channelId, await add('b'), await add('c'), await add('d')];
    const listed = async () =>
      (await allPages<{ id: string; position: number }>(app, `/groups/${groupId}/channels`, 2, owner.token)).map(
        ({ id, position }) => [ids.indexOf(id), position],
      );
    const move = async (n: number, position: number) => {
      const moved = expectOk(await owner.api.patch(`/channels/${ids[n]!}`, { position }));
      expect(moved).toMatchObject({ position: Math.min(position, 3) });
    };
    const order = (...channels: number[]) => channels.map((channel, place) => [channel, place]);
    expect(await listed()).toEqual(order(0, 1, 2, 3));
    await move(3, 0);
    expect(await listed()).toEqual(order(3, 0, 1, 2));
    await move(3, 2);
    expect(await listed()).toEqual(order(0, 1, 3, 2));
    await move(0, 10_000);
    expect(await listed()).toEqual(order(1, 3, 2, 0));
    await move(3, 1);
    expect(await listed()).toEqual(order(1, 3, 2, 0));
    await Promise.all([move(0, 0), move(1, 1), move(2, 2), move(3, 3), add('e')]);
    expect((await listed()).slice(0, 4).map(([, place]) => place)).toEqual([0, 1, 2, 3]);
  });

  it.each([[-1], [10_001], [0.5], ['0'], [null], [[1]]])('has no place %j', async (position) => {
    const { channelId } = await groupOf(app, cast);
    const answer = await app.api.patch(`/channels/${channelId}`, { position }, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'position' }] } });
  });
});

describe('Slow mode (8)', () => {
  it('makes a member wait between two messages, over REST and sockets; moderators need not', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'mod'] });
    expectOk(await owner.api.patch(`/channels/${channelId}`, { slow_mode_s: 600 }));
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${members.mod.id}`, { role: 'moderator' }));
    const send = (name: 'alice' | 'mod', content: string) =>
      members[name].api.post(`/channels/${channelId}/messages`, { content });
    expect((await send('alice', 'one')).status).toBe(201);
    const refused = await send('alice', 'two');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const { retry_after_ms: wait } = refused.body as { retry_after_ms: number };
    expect(wait).toBeGreaterThan(500_000);
    expect(wait).toBeLessThanOrEqual(600_000);
    const socket = await members.alice.channel(channelId);
    socket.send({ type: 'message', content: 'three', ref: 'r' });
    expect(await socket.next('error')).toMatchObject({ code: 'rate_limited', ref: 'r' });
    for (const content of ['a', 'b']) expect((await send('mod', content)).status).toBe(201);
    // A time that has passed: the message is as if it were an older one.
    await app.sql(`UPDATE messages SET created_at = created_at - interval '10 min' WHERE sender_id = $1`, [
      members.alice.id,
    ]);
    expect((await send('alice', 'four')).status).toBe(201);
  });

  it('lets one of many at once through', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    expectOk(await owner.api.patch(`/channels/${channelId}`, { slow_mode_s: 600 }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        members.alice.api.post(`/channels/${channelId}/messages`, { content: `${n}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(19);
  });
});

describe('A removal by a moderator (8)', () => {
  it('lets the user come back by an invite, unlike a ban', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'mod'] });
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${members.mod.id}`, { role: 'moderator' }));
    const alice = await members.alice.channel(channelId);
    expectOk(await members.mod.api.delete(`/groups/${groupId}/members/${members.alice.id}`));
    expect(await alice.closed).toMatchObject({ code: 4403 });
    await join(owner, members.alice, groupId);
    await members.alice.channel(channelId);
  });
});
