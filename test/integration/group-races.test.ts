import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupDto } from '../../src/groups/dto/group.dto.js';
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

describe('At the same moment (8, Z9)', () => {
  const ROUNDS = 200;
  const ownersOf = async ({ id }: GroupScene) =>
    (
      await app.sql<{ user_id: string }>(`SELECT user_id FROM group_members WHERE group_id = $1 AND role = 'owner'`, [
        id,
      ])
    ).map((row) => row.user_id);
  const roleOf = async ({ id }: GroupScene, name: keyof Cast) =>
    (
      await app.sql<{ role: string }>('SELECT role FROM group_members WHERE group_id = $1 AND user_id = $2', [
        id,
        cast[name].id,
      ])
    )[0]?.role;
  const statusOf = async (response: Promise<{ status: number }>) => (await response).status;

  it('two role changes lose neither: the owner’s word is the last', async () => {
    const scene = await groupOf(app, cast);
    for (let round = 0; round < ROUNDS; round++) {
      const path = memberPath(scene, 'bystander');
      await app.api.patch(path, { role: 'member' }, as('owner'));
      const [byOwner, byAdmin] = await Promise.all([
        statusOf(app.api.patch(path, { role: 'admin' }, as('owner'))),
        statusOf(app.api.patch(path, { role: 'moderator' }, as('admin'))),
      ]);
      expect(byOwner).toBe(200);
      expect([200, 403]).toContain(byAdmin);
      expect(await roleOf(scene, 'bystander')).toBe('admin');
    }
  });

  it('an admin who is demoted acts before it or not at all', async () => {
    const scene = await groupOf(app, cast);
    for (let round = 0; round < ROUNDS; round++) {
      await app.api.post(`/invites/${scene.code}/accept`, undefined, as('bystander'));
      await app.api.patch(memberPath(scene, 'admin'), { role: 'admin' }, as('owner'));
      const [demoted, removed] = await Promise.all([
        statusOf(app.api.patch(memberPath(scene, 'admin'), { role: 'member' }, as('owner'))),
        statusOf(app.api.delete(memberPath(scene, 'bystander'), as('admin'))),
      ]);
      expect(demoted).toBe(200);
      expect([204, 403]).toContain(removed);
      expect(await roleOf(scene, 'bystander')).toBe(removed === 204 ? undefined : 'member');
    }
  });

  it('joining and being removed leave a member, or none, and nothing between', async () => {
    const scene = await groupOf(app, cast);
    for (let round = 0; round < ROUNDS; round++) {
      const [joined, removed, left] = await Promise.all([
        statusOf(app.api.post(`/invites/${scene.code}/accept`, undefined, as('bystander'))),
        statusOf(app.api.delete(memberPath(scene, 'bystander'), as('admin'))),
        statusOf(app.api.post(`/groups/${scene.id}/leave`, undefined, as('bystander'))),
      ]);
      // Who is removed while the answer is being made gets the group that they joined, or learns that it is gone for them.
      expect([200, 404]).toContain(joined);
      expect([204, 404]).toContain(removed);
      expect([204, 404]).toContain(left);
      const group = await answerOf<GroupDto>(app.api.get(`/groups/${scene.id}`, as('owner')));
      const members = await allPages(app, `/groups/${scene.id}/members`, 100, cast.owner.token);
      expect(group.member_count).toBe(members.length);
      expect(members.length).toBe((await roleOf(scene, 'bystander')) === undefined ? 4 : 5);
    }
  });

  it('the owner stays the one owner, whatever everybody tries', async () => {
    for (let round = 0; round < ROUNDS / 20; round++) {
      const scene = await groupOf(app, cast);
      const statuses = await Promise.all([
        ...Array.from({ length: 5 }, () => statusOf(app.api.post(`/groups/${scene.id}/leave`, undefined, as('owner')))),
        statusOf(app.api.delete(memberPath(scene, 'owner'), as('admin'))),
        statusOf(app.api.patch(memberPath(scene, 'owner'), { role: 'member' }, as('admin'))),
        statusOf(app.api.patch(memberPath(scene, 'admin'), { role: 'owner' }, as('owner'))),
      ]);
      expect(statuses).toEqual([409, 409, 409, 409, 409, 403, 403, 400]);
      expect(await ownersOf(scene)).toEqual([cast.owner.id]);
    }
  });

  it('a user who joins and is banned is out, and stays out', async () => {
    const scene = await groupOf(app, cast);
    const ban = `/groups/${scene.id}/bans/${cast.bystander.id}`;
    for (let round = 0; round < ROUNDS; round++) {
      const [joined, banned, again] = await Promise.all([
        statusOf(app.api.post(`/invites/${scene.code}/accept`, undefined, as('bystander'))),
        statusOf(app.api.put(ban, {}, as('moderator'))),
        statusOf(app.api.put(ban, {}, as('admin'))),
      ]);
      // Who is banned before they have read what they joined learns that it is gone for them.
      expect([200, 403, 404]).toContain(joined);
      expect([banned, again]).toEqual([200, 200]);
      expect(await roleOf(scene, 'bystander')).toBeUndefined();
      expect(await statusOf(app.api.post(`/invites/${scene.code}/accept`, undefined, as('bystander')))).toBe(403);
      expect(await statusOf(app.api.delete(ban, as('moderator')))).toBe(204);
      await answerOf(app.api.post(`/invites/${scene.code}/accept`, undefined, as('bystander')));
    }
  });

  it('a group that is handed over twice, left and kicked from has one owner, who is a member', async () => {
    const scene = await groupOf(app, cast);
    const heirs = ['admin', 'moderator'] as const;
    let owner: 'owner' | (typeof heirs)[number] = 'owner';
    for (let round = 0; round < ROUNDS; round++) {
      const transfer = (name: keyof Cast) =>
        statusOf(app.api.post(`/groups/${scene.id}/transfer`, { user_id: cast[name].id }, as(owner)));
      const others = (['owner', ...heirs] as const).filter((name) => name !== owner);
      const [first, second, left, removed] = await Promise.all([
        transfer(others[0]!),
        transfer(others[1]!),
        statusOf(app.api.post(`/groups/${scene.id}/leave`, undefined, as(others[0]!))),
        statusOf(app.api.delete(memberPath(scene, others[1]!), as(owner))),
      ]);
      expect([200, 403, 404], 'first transfer').toContain(first);
      expect([200, 403, 404], 'second transfer').toContain(second);
      expect([204, 409], 'leaving').toContain(left);
      expect([204, 403], 'removal').toContain(removed);
      const owners = await ownersOf(scene);
      expect(owners).toHaveLength(1);
      expect(await app.sql('SELECT owner_id FROM groups WHERE id = $1', [scene.id])).toEqual([{ owner_id: owners[0] }]);
      owner = (['owner', ...heirs] as const).find((name) => cast[name].id === owners[0])!;
      // Everybody is back for the next round: the owner's own invite may have ended with a removal.
      const { code } = await answerOf<{ code: string }>(app.api.post(`/groups/${scene.id}/invites`, {}, as(owner)));
      for (const name of ['owner', ...heirs] as const)
        await answerOf(app.api.post(`/invites/${code}/accept`, undefined, as(name)));
    }
  });

  it('a group is deleted once, and nobody joins what is gone', async () => {
    for (let round = 0; round < ROUNDS / 20; round++) {
      const scene = await groupOf(app, cast);
      const [first, second, joined, channel] = await Promise.all([
        statusOf(app.api.delete(`/groups/${scene.id}`, as('owner'))),
        statusOf(app.api.delete(`/groups/${scene.id}`, as('owner'))),
        statusOf(app.api.post(`/invites/${scene.code}/accept`, undefined, as('stranger'))),
        statusOf(app.api.post(`/groups/${scene.id}/channels`, { name: 'late' }, as('admin'))),
      ]);
      expect([first, second].sort()).toEqual([204, 404]);
      expect([200, 404]).toContain(joined);
      expect([201, 404]).toContain(channel);
      expect(await app.sql('SELECT 1 FROM conversations WHERE group_id = $1', [scene.id])).toEqual([]);
    }
  });
});
