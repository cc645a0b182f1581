import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
import { registerAccount } from '../support/accounts.js';
import { allPages, answerOf, castOf, groupOf } from '../support/group-scene.js';
import type { Cast, GroupScene } from '../support/group-scene.js';
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

describe('Lists (8)', () => {
  it('give every member once, in pages, also when all joined at the same moment', async () => {
    const { id } = await groupOf(app, cast);
    await app.sql(`UPDATE group_members SET joined_at = '2030-01-01T00:00:00.123Z' WHERE group_id = $1`, [id]);
    for (const limit of [1, 2, 3, 5, 100]) {
      const members = await allPages<{ user_id: string }>(app, `/groups/${id}/members`, limit, cast.member.token);
      const ids = members.map((member) => member.user_id);
      expect(new Set(ids).size).toBe(5);
      expect(ids).toHaveLength(5);
    }
  });

  it('give every group of the caller once, in pages, also when all were joined at the same moment', async () => {
    const collector = await registerAccount(app.api);
    const made = new Set<string>();
    for (let n = 0; n < 7; n++)
      made.add((await answerOf<GroupDto>(app.api.post('/groups', { name: 'One of seven' }, collector))).id);
    await app.sql(`UPDATE group_members SET joined_at = '2030-01-01T00:00:00.123Z' WHERE user_id = $1`, [collector.id]);
    const groups = await allPages<{ id: string }>(app, '/groups', 2, collector.token);
    expect(groups).toHaveLength(7);
    expect(new Set(groups.map((group) => group.id))).toEqual(made);
  });

  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const SOME_ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';
  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=-1'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit='],
    ['limit', 'limit=ten'],
    ['limit', "limit=1'%20OR%201=1--"],
    ['limit', 'limit=1;DROP%20TABLE%20groups'],
    ['limit', 'limit=1&limit=2'],
    ['cursor', 'cursor='],
    ['cursor', 'cursor=%27%3B--'],
    ['cursor', 'cursor=a&cursor=b'],
    ['cursor', 'cursor=%00'],
    ['cursor', `cursor=${'A'.repeat(10_240)}`],
    ['cursor', `cursor=${cursor("' OR 1=1 --")}`],
    ['cursor', `cursor=${cursor([])}`],
    ['cursor', `cursor=${cursor(["2030-01-01'::text", SOME_ID])}`],
    ['cursor', `cursor=${cursor(['+275760-09-13T00:00:00.000Z', SOME_ID])}`],
    ['cursor', `cursor=${cursor(['2030-01-01T00:00:00.000Z', "x' OR 'a'='a"])}`],
    ['cursor', `cursor=${cursor(['2030-01-01T00:00:00.000Z', { $ne: null }])}`],
    ['cursor', `cursor=${cursor(['2030-01-01T00:00:00.000Z', SOME_ID, SOME_ID])}`],
  ])('refuse a bad %s: %s (8, N1, N2)', async (field, query) => {
    const answer = await app.api.get(`/groups?${query}`, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  });

  it.each(['limit[]=1', 'limit[$ne]=1', 'cursor[$gt]=', 'sort=name', 'id[]=1'])(
    'take %s for a name that is not listed, and ignore it (1, N2)',
    async (query) => {
      const plain = await app.api.get('/groups', as('owner'));
      expect(await app.api.get(`/groups?${query}`, as('owner'))).toMatchObject({
        status: 200,
        body: plain.body as object,
      });
    },
  );
});

describe('Bad input (8, N1, N2)', () => {
  let scene: GroupScene;

  beforeAll(async () => {
    scene = await groupOf(app, cast);
  });

  it.each([
    ['name', {}],
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', { name: null }],
    ['name', { name: 7 }],
    ['name', { name: { $ne: '' } }],
    ['name', { name: ['a'] }],
    ['name', { name: 'nul\0' }],
    ['name', { name: 'lone \ud800' }],
    ['description', { name: 'a', description: null }],
    ['description', { name: 'a', description: 'x'.repeat(1001) }],
    ['description', { name: 'a', description: { not: 'text' } }],
  ])('POST /groups names the field %s of %j', async (field, draft) => {
    const answer = await app.api.post('/groups', draft, as('owner'));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field, problems: [expect.any(String) as string] }] },
    });
  });

  it.each([
    ['name', { name: null }],
    ['name', { name: '' }],
    ['description', { description: null }],
    ['description', { description: [] }],
  ])('PATCH /groups/:id names the field %s of %j', async (field, changes) => {
    const answer = await app.api.patch(`/groups/${scene.id}`, changes, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  });

  it.each(['owner', 'OWNER', '', null, 1, ['admin'], { $ne: 'member' }, '__proto__'])(
    'a role of %j is none that can be given',
    async (role) => {
      const answer = await app.api.patch(memberPath(scene, 'member'), { role }, as('owner'));
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'role' }] } });
    },
  );

  it.each(['not-a-uuid', "1'%20OR%20'1'='1", '%00', '[object%20Object]'])('%s is no id: 400', async (id) => {
    const answer = await app.api.get(`/groups/${id}`, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'id' }] } });
  });

  it('stores SQL, markup and wide characters as the text that they are', async () => {
    const name = `'); DROP TABLE groups; -- %_\\ <b>&amp; ${'𝒳'.repeat(60)}`;
    const { id } = await answerOf<GroupDto>(app.api.post('/groups', { name }, as('owner')));
    expect(await app.api.get(`/groups/${id}`, as('owner'))).toMatchObject({ status: 200, body: { name } });
  });
});
