import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Account, newAccount, PASSWORD, registerAccount, Tokens } from '../support/accounts.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Account;
beforeAll(async () => {
  app = await startTestApp();
  alice = await registerAccount(app.api);
});
afterAll(() => app.close());

const register = (username: string) => app.api.post('/auth/register', { ...newAccount(), username });
const get = (path: string) => app.api.get(path, { token: alice.token });
const patch = (body: unknown, { token } = alice) => app.api.patch('/users/me', body, { token });

describe('users (8)', () => {
  it('sees their own e-mail address, and others see it nowhere', async () => {
    const own = await get('/users/me');
    expect(own).toMatchObject({ status: 200, body: { id: alice.id, username: alice.username, email: alice.email } });
    const bob = await registerAccount(app.api);
    const other = await get(`/users/${bob.id}`);
    expect(other).toMatchObject({ status: 200, body: { id: bob.id, username: bob.username } });
    expect(Object.keys(other.body as object).sort()).toEqual(['avatar_url', 'created_at', 'id', 'username']);
    expect((await get(`/users/${bob.id.toUpperCase()}`)).status).toBe(200);
  });

  it('are not found by an unknown id, nor once they have left, and a bad id is named', async () => {
    const gone = await registerAccount(app.api);
    await app.sql('UPDATE users SET deactivated_at = now() WHERE id = $1', [gone.id]);
    for (const id of [randomUUID(), gone.id])
      expect(await get(`/users/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await get('/users/bob')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'id' }] },
    });
    const { body } = (await get(`/users?query=${gone.username}`)) as { body: object };
    expect(body).toEqual({ items: [], next_cursor: null });
  });

  it('change their name and address, which then count for the login and in the same session', async () => {
    const user = await registerAccount(app.api);
    const changed = await patch({ username: 'Carol.New', email: 'Carol@Example.org' }, user);
    expect(changed).toMatchObject({
      status: 200,
      body: { id: user.id, username: 'carol.new', email: 'carol@example.org' },
    });
    expect(await app.api.get('/users/me', { token: user.token })).toMatchObject({ body: { username: 'carol.new' } });
    const login = (username: string) => app.api.post('/auth/login', { username, password: PASSWORD });
    expect((await login('carol.new')).status).toBe(200);
    expect((await login('carol@example.org')).status).toBe(200);
    expect((await login(user.username)).status).toBe(401);
    expect(await patch({}, user)).toMatchObject({ status: 200, body: { username: 'carol.new' } });
  });

  it('are refused a name or address that another has, in any case', async () => {
    const bob = await registerAccount(app.api);
    expect(await patch({ username: bob.username.toUpperCase() })).toMatchObject({
      status: 409,
      body: { code: 'conflict', errors: [{ field: 'username' }] },
    });
    expect(await patch({ email: bob.email.toUpperCase() })).toMatchObject({
      status: 409,
      body: { code: 'conflict', errors: [{ field: 'email' }] },
    });
    expect((await patch({ username: alice.username.toUpperCase() })).status).toBe(200);
  });

  it('are found by the start of their names, which holds no wildcards, page by page in order', async () => {
    for (const name of ['find_b', 'find_a', 'find.c', 'findxa', 'find_c']) await register(name);
    const names = async (query: string) => {
      const { body } = (await get(`/users?${query}`)) as {
        body: { items: { username: string }[]; next_cursor: string | null };
      };
      return { names: body.items.map(({ username }) => username), next: body.next_cursor };
    };
    expect((await names('query=FIND_')).names).toEqual(['find_a', 'find_b', 'find_c']);
    expect((await names('query=find%25')).names).toEqual([]);
    const first = await names('query=find_&limit=2');
    expect(first.names).toEqual(['find_a', 'find_b']);
    expect(await names(`query=find_&limit=2&cursor=${first.next}`)).toEqual({ names: ['find_c'], next: null });
    expect((await names('limit=100')).names).toContain(alice.username);
  });

  it.each(['limit=0', 'limit=101', 'limit=1.5', 'limit=x', 'cursor=x', 'cursor=WyInIl0', `query=${'a'.repeat(33)}`])(
    'refuses a bad page: %s',
    async (query) => {
      expect(await get(`/users?${query}`)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    },
  );

  const badNames = [
    'ab',
    'a'.repeat(33),
    'a b',
    ' alice',
    'älice',
    'alice!',
    'alice\n',
    '\u212aelvin',
    '',
    1,
    null,
    [],
    {},
  ];
  it.each(badNames)('refuses a username that is not 3 to 32 of a-z 0-9 _ . -: %j', async (username) => {
    const problem = { status: 400, body: { code: 'validation_failed', errors: [{ field: 'username' }] } };
    expect(await patch({ username })).toMatchObject(problem);
    expect(await app.api.post('/auth/register', { ...newAccount(), username })).toMatchObject(problem);
  });

  const longAddress = `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(20)}.org`;
  it.each(['alice', 'a@b', '@example.org', 'a\0@example.org', 'a@ex\ud800mple.org', longAddress, 1, null])(
    'refuses what is no e-mail address: %j',
    async (email) => {
      const problem = { status: 400, body: { code: 'validation_failed', errors: [{ field: 'email' }] } };
      expect(await patch({ email })).toMatchObject(problem);
      expect(await app.api.post('/auth/register', { ...newAccount(), email })).toMatchObject(problem);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may be called %s like any other (N4)',
    async (name) => {
      const { status, body } = (await register(name)) as { status: number; body: Tokens };
      expect(status).toBe(201);
      expect(body.user.username).toBe(name.toLowerCase());
      expect(await app.api.post('/auth/login', { username: name, password: PASSWORD })).toMatchObject({ status: 200 });
      expect(await get(`/users?query=${name}`)).toMatchObject({ body: { items: [{ id: body.user.id }] } });
    },
  );

  it('ignores fields that a user may not set', async () => {
    const stolen = '{"id":"x","created_at":"x","passwordHash":"x","__proto__":{"polluted":true}}';
    expect(await patch(stolen)).toMatchObject({ status: 200, body: { id: alice.id } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const stored = await app.sql<{ password_hash: string }>('SELECT password_hash FROM users WHERE id = $1', [
      alice.id,
    ]);
    expect(stored[0]!.password_hash).toMatch(/^\$argon2id\$/);
  });

  it.each(['/users/me', '/users', `/users/${randomUUID()}`, '/auth/sessions'])('needs a token: %s', async (path) => {
    const answer = await app.api.get(path);
    expect(answer).toMatchObject({ status: 401, body: { code: 'auth_required' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});
