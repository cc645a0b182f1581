import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD, registerAccount } from '../support/accounts.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('register (8)', () => {
  it('answers 201 with the user and both tokens, names in lower case', async () => {
    const answer = await app.api.post('/auth/register', {
      username: 'Alice.B',
      email: 'Alice.B@Example.org',
      password: PASSWORD,
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      user: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        username: 'alice.b',
        email: 'alice.b@example.org',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      },
      access_token: expect.any(String) as string,
      refresh_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 900,
    });
  });

  it('refuses a username or e-mail that is taken in another case, and names the field', async () => {
    const { username, email } = await registerAccount(app.api);
    const byName = await app.api.post('/auth/register', { ...newAccount(), username: username.toUpperCase() });
    expect(byName).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ field: 'username' }] } });
    const byEmail = await app.api.post('/auth/register', { ...newAccount(), email: email.toUpperCase() });
    expect(byEmail).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ field: 'email' }] } });
  });

  it('lets one of many who want the same name at once have it', async () => {
    const account = newAccount();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        app.api.post('/auth/register', { ...account, email: `${i}.${account.email}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });
});

describe('login and logout (8)', () => {
  it('takes the username, the e-mail in the same field, or in its own, in any case', async () => {
    const { id, username, email } = await registerAccount(app.api);
    for (const login of [{ username: username.toUpperCase() }, { username: email }, { email: email.toUpperCase() }]) {
      const answer = await app.api.post('/auth/login', { ...login, password: PASSWORD });
      expect(answer).toMatchObject({ status: 200, body: { user: { id }, token_type: 'bearer' } });
    }
  });

  it('logout ends the session at once: neither of its tokens works any more', async () => {
    const { token, refreshToken } = await registerAccount(app.api);
    expect((await app.api.get('/users/me', { token })).status).toBe(200);
    expect((await app.api.post('/auth/logout', undefined, { token })).status).toBe(204);
    expect(await app.api.get('/users/me', { token })).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(await app.api.post('/auth/refresh', { refresh_token: refreshToken })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
  });
});
