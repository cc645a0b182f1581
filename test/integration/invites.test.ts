import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
import type { InviteDto } from '../../src/groups/dto/invite.dto.js';
import { registerAccount } from '../support/accounts.js';
import type { Account } from '../support/accounts.js';
import { allPages, answerOf, castOf, expectedStatuses, groupOf, statusesOf } from '../support/group-scene.js';
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
const accept = (code: string, by: { token: string }) => app.api.post(`/invites/${code}/accept`, undefined, by);
const invite = ({ id }: GroupScene, draft: object) =>
  answerOf<InviteDto>(app.api.post(`/groups/${id}/invites`, draft, as('admin')));
const usesOf = async (code: string) =>
  (await app.sql<{ uses: number }>('SELECT uses FROM group_invites WHERE code = $1', [code]))[0]?.uses;

describe('Who may do what (8)', () => {
  //                                        anonymous, stranger, member, moderator, admin, owner
  const ROUTES: [string, number[], Act][] = [
    [
      'POST /groups/:id/invites',
      [401, 404, 403, 403, 201, 201],
      ({ id }, by) => app.api.post(`/groups/${id}/invites`, {}, by),
    ],
    [
      'GET /groups/:id/invites',
      [401, 404, 403, 403, 200, 200],
      ({ id }, by) => app.api.get(`/groups/${id}/invites`, by),
    ],
    ['DELETE /invites/:code', [401, 404, 403, 403, 204, 204], ({ code }, by) => app.api.delete(`/invites/${code}`, by)],
    [
      'POST /invites/:code/accept',
      [401, 200, 200, 200, 200, 200],
      ({ code }, by) => app.api.post(`/invites/${code}/accept`, undefined, by),
    ],
  ];

  it.each(ROUTES)('%s answers %j', async (_, expected, act) => {
    expect(await statusesOf(app, cast, act)).toEqual(expectedStatuses(expected));
  });

  it('the admin of one group revokes no invite of another (8, Z8)', async () => {
    const { code } = await groupOf(app, cast);
    const other = await registerAccount(app.api);
    await answerOf(app.api.post('/groups', { name: 'Own' }, other));
    expect((await app.api.delete(`/invites/${code}`, other)).status).toBe(404);
    expect((await accept(code, other)).status).toBe(200);
  });
});

describe('An invite (8)', () => {
  it('lasts 7 days and lets any number in, unless told otherwise', async () => {
    const scene = await groupOf(app, cast);
    const usual = await invite(scene, {});
    expect(usual).toEqual({
      code: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/) as string,
      group_id: scene.id,
      created_by: cast.admin.id,
      expires_at: expect.any(String) as string,
      max_uses: null,
      uses: 0,
      created_at: expect.any(String) as string,
    });
    const lifetime = ({ expires_at, created_at }: InviteDto) => Date.parse(expires_at ?? '') - Date.parse(created_at);
    expect(lifetime(usual)).toBe(7 * 86_400_000);
    const short = await invite(scene, { expires_in_s: 60, max_uses: 3 });
    expect(lifetime(short)).toBe(60_000);
    expect(short.max_uses).toBe(3);
  });

  it('makes the caller a member and answers with the group', async () => {
    const scene = await groupOf(app, cast);
    const group = await answerOf<GroupDto>(accept(scene.code, cast.stranger));
    expect(group).toMatchObject({ id: scene.id, role: 'member', member_count: 6 });
    expect((await app.api.get(`/groups/${scene.id}`, as('stranger'))).body).toEqual(group);
  });

  it('gives a member the group again and uses nothing, also when it is used up: a lost answer can be retried', async () => {
    const { code } = await invite(await groupOf(app, cast), { max_uses: 1 });
    for (let n = 0; n < 3; n++) expect((await accept(code, cast.stranger)).status).toBe(200);
    expect((await accept(code, cast.owner)).body).toMatchObject({ role: 'owner' });
    expect(await usesOf(code)).toBe(1);
  });

  it('that is unknown, expired, used up, revoked or nonsense gets one and the same answer', async () => {
    const scene = await groupOf(app, cast);
    const expired = await invite(scene, {});
    await app.sql(`UPDATE group_invites SET expires_at = now() - interval '1 ms' WHERE code = $1`, [expired.code]);
    const usedUp = await invite(scene, { max_uses: 1 });
    await answerOf(accept(usedUp.code, await registerAccount(app.api)));
    const revoked = await invite(scene, {});
    await answerOf(app.api.delete(`/invites/${revoked.code}`, as('admin')));
    const codes = [
      expired.code,
      usedUp.code,
      revoked.code,
      'AAAAAAAAAAAAAAAA',
      '%00',
      "'%20OR%20''='",
      'x'.repeat(5000),
    ];
    for (const code of codes) {
      const answer = await accept(code, cast.stranger);
      expect(answer).toMatchObject({
        status: 404,
        body: { code: 'not_found', detail: 'No such invite, or it is no longer valid.' },
      });
    }
    expect((await app.api.get(`/groups/${scene.id}`, as('stranger'))).status).toBe(404);
  });

  it.each<[string, Act]>([
    ['removed', ({ id }, owner) => app.api.delete(`/groups/${id}/members/${cast.admin.id}`, owner)],
    ['gone', ({ id }) => app.api.post(`/groups/${id}/leave`, undefined, as('admin'))],
    [
      'made a moderator',
      ({ id }, owner) => app.api.patch(`/groups/${id}/members/${cast.admin.id}`, { role: 'moderator' }, owner),
    ],
  ])('ends when the admin who made it is %s; those of others, and of other groups, stay', async (_, act) => {
    const [scene, elsewhere] = [await groupOf(app, cast), await groupOf(app, cast)];
    const [{ code }, other] = [await invite(scene, {}), await invite(elsewhere, {})];
    await answerOf(act(scene, as('owner')));
    for (const name of ['admin', 'stranger'] as const) {
      const isMember = (await app.api.get(`/groups/${scene.id}`, as(name))).status === 200;
      expect((await accept(code, cast[name])).status).toBe(404);
      expect((await app.api.get(`/groups/${scene.id}`, as(name))).status).toBe(isMember ? 200 : 404);
    }
    for (const kept of [scene.code, other.code]) expect((await accept(kept, cast.stranger)).status).toBe(200);
  });

  it('of an admin stays when they are an admin again', async () => {
    const scene = await groupOf(app, cast);
    const { code } = await invite(scene, {});
    await answerOf(app.api.patch(`/groups/${scene.id}/members/${cast.admin.id}`, { role: 'admin' }, as('owner')));
    expect((await accept(code, cast.stranger)).status).toBe(200);
  });

  it('is listed once, in pages, also when all were made at the same moment', async () => {
    const scene = await groupOf(app, cast);
    const codes = new Set([scene.code]);
    for (let n = 0; n < 6; n++) codes.add((await invite(scene, {})).code);
    await app.sql(`UPDATE group_invites SET created_at = '2030-01-01T00:00:00.123Z' WHERE group_id = $1`, [scene.id]);
    const listed = await allPages<InviteDto>(app, `/groups/${scene.id}/invites`, 2, cast.admin.token);
    expect(listed).toHaveLength(7);
    expect(new Set(listed.map(({ code }) => code))).toEqual(codes);
  });

  it.each([
    ['expires_in_s', 59],
    ['expires_in_s', 2_592_001],
    ['expires_in_s', 60.5],
    ['expires_in_s', '3600'],
    ['expires_in_s', null],
    ['expires_in_s', { $gt: 0 }],
    ['max_uses', 0],
    ['max_uses', -1],
    ['max_uses', 10_001],
    ['max_uses', 1.5],
    ['max_uses', '5'],
    ['max_uses', [5]],
  ])('is not made with %s %j (8, N2)', async (field, value) => {
    const { id } = await groupOf(app, cast);
    const answer = await app.api.post(`/groups/${id}/invites`, { [field]: value }, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  });
});

describe('At the same moment (8, Z10)', () => {
  let crowd: Account[];

  beforeAll(async () => {
    crowd = await Promise.all(Array.from({ length: 50 }, () => registerAccount(app.api)));
  });

  it.each([1, 5, 49])('an invite for %i lets exactly so many of 50 in', async (maxUses) => {
    const scene = await groupOf(app, cast);
    const { code } = await invite(scene, { max_uses: maxUses });
    const answers = await Promise.all(crowd.map((account) => accept(code, account)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect({ in: count(200), out: count(404) }).toEqual({ in: maxUses, out: 50 - maxUses });
    expect(await usesOf(code)).toBe(maxUses);
    const group = await answerOf<GroupDto>(app.api.get(`/groups/${scene.id}`, as('owner')));
    expect(group.member_count).toBe(5 + maxUses);
  });

  it('one user who accepts many times joins once and uses one', async () => {
    const { code } = await invite(await groupOf(app, cast), { max_uses: 2 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(code, cast.stranger)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await usesOf(code)).toBe(1);
  });
});
