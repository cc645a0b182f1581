import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
import type { MemberDto } from '../../src/groups/dto/member.dto.js';
import type { Page } from '../../src/infra/http/page.js';
import { registerAccount } from '../support/accounts.js';
import { answerOf, castOf, expectedStatuses, groupOf, statusesOf } from '../support/group-scene.js';
import type { Act, Cast, GroupScene } from '../support/group-scene.js';
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
const memberPath = ({ id }: GroupScene, name: keyof Cast) => `/groups/${id}/members/${cast[name].id}`;

describe('Who may do what (8)', () => {
  //                                                         anonymous, stranger, member, moderator, admin, owner
  const ROUTES: [string, number[], Act][] = [
    ['POST /groups', [401, 201, 201, 201, 201, 201], (_, by) => app.api.post('/groups', { name: 'Mine' }, by)],
    ['GET /groups', [401, 200, 200, 200, 200, 200], (_, by) => app.api.get('/groups', by)],
    ['GET /groups/:id', [401, 404, 200, 200, 200, 200], ({ id }, by) => app.api.get(`/groups/${id}`, by)],
    [
      'PATCH /groups/:id',
      [401, 404, 403, 403, 200, 200],
      ({ id }, by) => app.api.patch(`/groups/${id}`, { name: 'New' }, by),
    ],
    ['DELETE /groups/:id', [401, 404, 403, 403, 403, 204], ({ id }, by) => app.api.delete(`/groups/${id}`, by)],
    [
      'GET /groups/:id/members',
      [401, 404, 200, 200, 200, 200],
      ({ id }, by) => app.api.get(`/groups/${id}/members`, by),
    ],
    [
      'PATCH a member to moderator',
      [401, 404, 403, 403, 200, 200],
      (scene, by) => app.api.patch(memberPath(scene, 'bystander'), { role: 'moderator' }, by),
    ],
    [
      'PATCH a member to admin',
      [401, 404, 403, 403, 403, 200],
      (scene, by) => app.api.patch(memberPath(scene, 'bystander'), { role: 'admin' }, by),
    ],
    [
      'PATCH the admin to member',
      [401, 404, 403, 403, 403, 200],
      (scene, by) => app.api.patch(memberPath(scene, 'admin'), { role: 'member' }, by),
    ],
    [
      'PATCH the owner to member',
      [401, 404, 403, 403, 403, 403],
      (scene, by) => app.api.patch(memberPath(scene, 'owner'), { role: 'member' }, by),
    ],
    [
      'DELETE a member',
      [401, 404, 403, 204, 204, 204],
      (scene, by) => app.api.delete(memberPath(scene, 'bystander'), by),
    ],
    ['DELETE the admin', [401, 404, 403, 403, 403, 204], (scene, by) => app.api.delete(memberPath(scene, 'admin'), by)],
    ['DELETE the owner', [401, 404, 403, 403, 403, 403], (scene, by) => app.api.delete(memberPath(scene, 'owner'), by)],
    [
      'DELETE a user who is no member',
      [401, 404, 403, 404, 404, 404],
      (scene, by) => app.api.delete(memberPath(scene, 'stranger'), by),
    ],
    [
      'POST /groups/:id/leave',
      [401, 404, 204, 204, 204, 409],
      ({ id }, by) => app.api.post(`/groups/${id}/leave`, undefined, by),
    ],
  ];

  it.each(ROUTES)('%s answers %j', async (_, expected, act) => {
    expect(await statusesOf(app, cast, act)).toEqual(expectedStatuses(expected));
  });

  it('answers a stranger exactly as if there were no such group', async () => {
    const { id } = await groupOf(app, cast);
    const known = await app.api.get(`/groups/${id}`, as('stranger'));
    const unknown = await app.api.get(`/groups/${cast.owner.id}`, as('stranger'));
    expect(known).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const { request_id: _, ...problem } = known.body as Record<string, unknown>;
    expect(unknown).toMatchObject({ status: 404, body: problem });
  });

  it('does not reach the members of another group through one’s own (8)', async () => {
    const { id } = await groupOf(app, cast);
    const other = await registerAccount(app.api);
    const own = await answerOf<GroupDto>(app.api.post('/groups', { name: 'Own' }, other));
    for (const act of [
      () => app.api.patch(`/groups/${own.id}/members/${cast.member.id}`, { role: 'moderator' }, other),
      () => app.api.delete(`/groups/${own.id}/members/${cast.member.id}`, other),
    ])
      expect((await act()).status).toBe(404);
    expect((await app.api.get(`/groups/${id}`, as('member'))).body).toMatchObject({ role: 'member' });
  });
});

describe('A group (8)', () => {
  it('belongs to its creator, and shows each member their own role', async () => {
    const body = await answerOf<GroupDto>(
      app.api.post('/groups', { name: '  Chess ', description: ' Openings ' }, as('owner')),
    );
    expect(body).toEqual({
      id: expect.any(String) as string,
      name: 'Chess',
      description: 'Openings',
      owner_id: cast.owner.id,
      role: 'owner',
      member_count: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      updated_at: body.created_at,
    });
    expect((await app.api.get(`/groups/${body.id}`, as('owner'))).body).toEqual(body);
    const { id } = await groupOf(app, cast);
    expect((await app.api.get(`/groups/${id}`, as('moderator'))).body).toMatchObject({
      role: 'moderator',
      member_count: 5,
    });
  });

  it('keeps what a change leaves out', async () => {
    const { id } = await groupOf(app, cast);
    await app.api.patch(`/groups/${id}`, { description: 'Poems' }, as('admin'));
    const group = await answerOf(
      app.api.patch(`/groups/${id}`, { name: 'Readers', owner_id: cast.admin.id }, as('admin')),
    );
    expect(group).toMatchObject({ name: 'Readers', description: 'Poems', owner_id: cast.owner.id, role: 'admin' });
  });

  it('takes its channels, invites and members with it when it is deleted', async () => {
    const scene = await groupOf(app, cast);
    expect((await app.api.delete(`/groups/${scene.id}`, as('owner'))).status).toBe(204);
    for (const path of [`/groups/${scene.id}`, `/groups/${scene.id}/members`, `/channels/${scene.channelId}`])
      expect((await app.api.get(path, as('owner'))).status).toBe(404);
    expect((await app.api.post(`/invites/${scene.code}/accept`, undefined, as('stranger'))).status).toBe(404);
    expect(await app.sql('SELECT 1 FROM conversations WHERE id = $1', [scene.channelId])).toEqual([]);
  });

  it('lists its members with their names and roles', async () => {
    const { id } = await groupOf(app, cast);
    const body = await answerOf<Page<MemberDto>>(app.api.get(`/groups/${id}/members`, as('member')));
    expect(body.next_cursor).toBeNull();
    expect(body.items).toHaveLength(5);
    expect(body.items[0]).toEqual({
      user_id: cast.owner.id,
      username: cast.owner.username,
      role: 'owner',
      joined_at: expect.any(String) as string,
    });
  });
});
