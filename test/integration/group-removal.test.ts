import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainEvents } from '../../src/common/domain-events.js';
import { castOf, groupOf } from '../support/group-scene.js';
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

describe('A removal (2.1, Revocation)', () => {
  const versions = async ({ id }: GroupScene) =>
    (
      await app.sql<{ membership_version: string }>(
        'SELECT membership_version FROM conversations WHERE group_id = $1 ORDER BY id',
        [id],
      )
    ).map((row) => Number(row.membership_version));

  it('counts up the membership version of every log of the group, as a departure and a role change do', async () => {
    const scene = await groupOf(app, cast);
    await app.api.post(`/groups/${scene.id}/channels`, { name: 'second' }, as('owner'));
    expect(await versions(scene)).toEqual([0, 0]);
    await app.api.delete(memberPath(scene, 'bystander'), as('admin'));
    expect(await versions(scene)).toEqual([1, 1]);
    await app.api.patch(memberPath(scene, 'member'), { role: 'moderator' }, as('admin'));
    expect(await versions(scene)).toEqual([2, 2]);
    await app.api.post(`/groups/${scene.id}/leave`, undefined, as('member'));
    expect(await versions(scene)).toEqual([3, 3]);
    await app.api.delete(memberPath(scene, 'owner'), as('admin'));
    await app.api.post(`/groups/${scene.id}/leave`, undefined, as('owner'));
    expect(await versions(scene)).toEqual([3, 3]);
  });

  it('is answered only after every listener has acted on it', async () => {
    const scene = await groupOf(app, cast);
    const order: string[] = [];
    const off = app.app.get(DomainEvents).on('group.member_removed', async (event) => {
      expect(event).toEqual({ groupId: scene.id, userId: cast.member.id, conversationIds: [scene.channelId] });
      // What a listener does takes requests of its own.
      expect((await app.api.get(`/groups/${scene.id}`, as('member'))).status).toBe(404);
      order.push('listener done');
    });
    await app.api.delete(memberPath(scene, 'member'), as('admin')).then(() => order.push('answered'));
    off();
    expect(order).toEqual(['listener done', 'answered']);
  });

  it('does not pass by a message that is being written: it waits, and gives up unchanged', async () => {
    const scene = await groupOf(app, cast);
    const release = await lockConversation(scene.channelId);
    const answer = await app.api.delete(memberPath(scene, 'member'), as('admin'));
    await release();
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable', retry_after_ms: 1000 } });
    expect((await app.api.get(`/groups/${scene.id}`, as('member'))).status).toBe(200);
    expect(await versions(scene)).toEqual([0]);
    expect((await app.api.delete(memberPath(scene, 'member'), as('admin'))).status).toBe(204);
  });

  async function lockConversation(id: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [id]);
    return () => client.end();
  }
});
