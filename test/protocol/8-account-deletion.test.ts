import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountSweeper } from '../../src/accounts/internal/account-sweeper.js';
import { DECISIONS } from '../../src/accounts/persistence/erasure-plan.js';
import { eventually } from '../support/eventually.js';
import { channelScene, expectOk, join, PASSWORD, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { RATE_LIMIT_DISABLED: '1' } });
});
afterAll(() => app.close());

const deleteAccount = (actor: Actor, body: unknown = { password: PASSWORD }) =>
  actor.api.send('DELETE', '/users/me', body);
const countOf = async (sql: string, ...values: unknown[]) =>
  Number((await app.sql<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`, values))[0]!.n);
const isGoneFromGroups = ({ id }: Actor) =>
  eventually(async () => (await countOf('group_members WHERE user_id = $1', id)) === 0);

describe('DELETE /users/me (8)', () => {
  it('needs the password', async () => {
    const alice = await register(app, 'alice');
    expect(await deleteAccount(alice, { password: 'another one' })).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials', errors: [{ field: 'password' }] },
    });
    for (const body of [{}, { password: null }, { password: [PASSWORD] }, { password: 'x'.repeat(1025) }, []])
      expect((await deleteAccount(alice, body)).status).toBe(400);
    expect((await alice.api.get('/users/me')).status).toBe(200);
    expect((await app.api.send('DELETE', '/users/me', { password: PASSWORD })).status).toBe(401);
  });

  it('ends all sessions, and closes their sockets with 4401', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const { alice } = members;
    const socket = await alice.channel(channelId);
    expect((await deleteAccount(alice)).status).toBe(204);
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect((await alice.api.get('/users/me')).status).toBe(401);
    expect((await app.api.post('/auth/refresh', { refresh_token: alice.refreshToken })).status).toBe(401);
    const login = await app.api.post('/auth/login', { username: alice.username, password: PASSWORD });
    expect(login).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect((await deleteAccount(alice)).status).toBe(401);
  });

  it('gives the name and the address free at once, and nobody finds the user any more', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    await deleteAccount(alice);
    expect((await bob.api.get(`/users/${alice.id}`)).status).toBe(404);
    expect((await bob.api.get('/users?query=deleted-')).body).toMatchObject({ items: [] });
    expect((await bob.api.get(`/users?query=${alice.username}`)).body).toMatchObject({ items: [] });
    const account = { username: alice.username, email: `${alice.username}@example.org`, password: PASSWORD };
    const again = expectOk(await app.api.post('/auth/register', account)) as { user: { id: string } };
    expect(again.user.id).not.toBe(alice.id);
  });

  it('leaves what was said in its place, under a name that says nothing', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice'] });
    const { alice } = members;
    expectOk(await alice.api.post(`/channels/${channelId}/messages`, { content: 'hello' }));
    expectOk(await alice.api.post(`/dms/${owner.id}/messages`, { content: 'and goodbye' }));
    await deleteAccount(alice);
    const anonymous = {
      sender_id: alice.id,
      sender_username: expect.stringMatching(/^deleted-[0-9a-f]{24}$/) as string,
    };
    for (const [path, content] of [
      [`/channels/${channelId}/messages`, 'hello'],
      [`/dms/${alice.id}/messages`, 'and goodbye'],
    ] as const)
      expect((await owner.api.get(path)).body).toMatchObject({ items: [{ seq: 1, content, ...anonymous }] });
  });

  it('leaves all groups; one without other members goes', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['alice'] });
    const { alice } = members;
    const { id: own } = expectOk(await alice.api.post('/groups', { name: 'Alone' })) as { id: string };
    await deleteAccount(alice);
    await isGoneFromGroups(alice);
    expect((await owner.api.get(`/groups/${groupId}`)).body).toMatchObject({ member_count: 1 });
    expect(await countOf('groups WHERE id = $1', own)).toBe(0);
  });

  it('is a conflict while one owns groups with others, which it lists', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['bob'] });
    const refused = await deleteAccount(owner);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'conflict', errors: [{ field: 'groups', problems: [groupId] }] },
    });
    expect((await owner.api.get('/users/me')).status).toBe(200);
    expectOk(await owner.api.post(`/groups/${groupId}/transfer`, { user_id: members.bob.id }));
    expect((await deleteAccount(owner)).status).toBe(204);
  });

  it('and a group that is handed to the leaving user at the same moment: it never ends with them as its owner', async () => {
    for (let round = 0; round < 20; round++) {
      const { owner, members, groupId } = await channelScene(app, { members: ['alice'] });
      const [transferred, deleted] = await Promise.all([
        owner.api.post(`/groups/${groupId}/transfer`, { user_id: members.alice.id }),
        deleteAccount(members.alice),
      ]);
      expect([
        [200, 409],
        [404, 204],
      ]).toContainEqual([transferred.status, deleted.status]);
    }
  });
});

describe('The sweeps (8)', () => {
  const sweep = () => app.app.get(AccountSweeper, { strict: false }).sweep();

  async function someone(): Promise<Actor> {
    const { owner, members, groupId } = await channelScene(app, { members: ['alice', 'bob'] });
    const { alice, bob } = members;
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${alice.id}`, { role: 'admin' }));
    expectOk(await alice.api.post(`/groups/${groupId}/invites`, {}));
    expectOk(await alice.api.put(`/users/${bob.id}/block`));
    expectOk(await bob.api.put(`/users/${alice.id}/block`));
    const other = await channelScene(app, { members: [] });
    await join(other.owner, alice, other.groupId);
    expectOk(await other.owner.api.put(`/groups/${other.groupId}/bans/${alice.id}`, {}));
    return alice;
  }

  it('leave nothing behind that was decided to go, may be repeated, and come to an end', async () => {
    const alice = await someone();
    await deleteAccount(alice);
    await Promise.all([sweep(), sweep(), sweep()]);
    const gone = Object.entries(DECISIONS).filter(
      ([column, decision]) =>
        (decision === 'erased' || decision === 'left') && /_id$|_by$/.test(column) && column !== 'attachments.owner_id',
    );
    for (const [column] of gone) {
      const [table, name] = column.split('.') as [string, string];
      expect(await countOf(`${table} WHERE ${name} = $1`, alice.id), column).toBe(0);
    }
    const erased = () => countOf('users WHERE id = $1 AND erased_at IS NOT NULL', alice.id);
    expect(await erased()).toBe(0);
    await app.sql(`UPDATE users SET deleted_at = deleted_at - interval '61 s' WHERE id = $1`, [alice.id]);
    await sweep();
    expect(await erased()).toBe(1);
  });

  it('give a group that came to be theirs all the same to who is there', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['alice', 'bob'] });
    expectOk(await owner.api.patch(`/groups/${groupId}/members/${members.bob.id}`, { role: 'moderator' }));
    // As a request would that was under way when the account was marked.
    await app.sql('UPDATE users SET deactivated_at = now(), deleted_at = now() WHERE id = $1', [owner.id]);
    await sweep();
    expect((await members.bob.api.get(`/groups/${groupId}`)).body).toMatchObject({
      owner_id: members.bob.id,
      role: 'owner',
      member_count: 2,
    });
  });

  it('let alone who was deactivated by somebody else', async () => {
    const { members, groupId } = await channelScene(app, { members: ['alice'] });
    await app.sql('UPDATE users SET deactivated_at = now() WHERE id = $1', [members.alice.id]);
    await sweep();
    expect(await countOf('group_members WHERE user_id = $1 AND group_id = $2', members.alice.id, groupId)).toBe(1);
  });
});

it('of every column that names a user, and of all of `users`, it is decided what becomes of it', async () => {
  const columns = await app.sql<{ name: string }>(
    `SELECT c.table_name || '.' || c.column_name AS name
       FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
        AND (c.table_name = 'users'
          OR c.column_name IN ('mentions', 'username', 'user_name')
          OR c.data_type = 'uuid' AND c.column_name ~ '(user|owner|sender|caller|callee|actor|author|blocker|blocked)_.*id$|user_id$|^(owner|sender|caller|callee|actor|author|blocker|blocked)_id$|_by$'
          OR EXISTS (
            SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.contype = 'f' AND k.confrelid = 'users'::regclass
               AND k.conrelid::regclass::text = c.table_name AND a.attname = c.column_name))
      ORDER BY 1`,
  );
  const isConnection = (name: string) => name === 'calls.accepted_by';
  const names = columns.map(({ name }) => name).filter((name) => !isConnection(name));
  expect(names.filter((name) => !(name in DECISIONS))).toEqual([]);
  expect(Object.keys(DECISIONS).filter((name) => !names.includes(name))).toEqual([]);
});
