import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { DomainEventMap, DomainEvents } from '../../src/common/domain-events.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { ExpirySweeper } from '../../src/auth/internal/expiry-sweeper.js';
import { WsTicketRepository } from '../../src/auth/persistence/ws-ticket.repository.js';
import { SessionsService } from '../../src/auth/sessions.service.js';
import { logIn, newAccount, PASSWORD, registerAccount } from '../support/accounts.js';
import { eventually } from '../support/eventually.js';
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
        avatar_url: null,
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

describe('sessions (8)', () => {
  const sessionsOf = async (token: string, query = '') => {
    const answer = await app.api.get(`/auth/sessions${query}`, { token });
    expect(answer.status).toBe(200);
    return answer.body as {
      items: { id: string; current: boolean; user_agent: string; ip: string }[];
      next_cursor: string;
    };
  };

  it('are listed newest first, with the one that asks marked, in pages', async () => {
    const account = await registerAccount(app.api);
    const second = await logIn(app.api, account);
    const all = await sessionsOf(second.access_token);
    expect(all.items.map(({ current }) => current)).toEqual([true, false]);
    expect(all.items[0]).toEqual({
      id: expect.any(String) as string,
      created_at: expect.any(String) as string,
      last_used_at: expect.any(String) as string,
      expires_at: expect.any(String) as string,
      user_agent: 'node',
      ip: '127.0.0.1',
      current: true,
    });
    const first = await sessionsOf(second.access_token, '?limit=1');
    const rest = await sessionsOf(second.access_token, `?limit=1&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(rest.next_cursor).toBeNull();
  });

  it('are ended one by one, and the listeners have heard of it when the answer comes', async () => {
    const account = await registerAccount(app.api);
    const other = await logIn(app.api, account);
    const [current, first] = (await sessionsOf(other.access_token)).items;
    const heard = listen();
    expect((await app.api.delete(`/auth/sessions/${first!.id}`, { token: other.access_token })).status).toBe(204);
    expect(heard()).toEqual([{ sessionIds: [first!.id], userId: account.id, reason: 'session_ended' }]);
    expect((await app.api.get('/users/me', { token: account.token })).status).toBe(401);
    expect((await sessionsOf(other.access_token)).items.map(({ id }) => id)).toEqual([current!.id]);
    expect((await app.api.delete(`/auth/sessions/${first!.id}`, { token: other.access_token })).status).toBe(404);
  });

  it("of another user are not found, and 'not a UUID' is named", async () => {
    const [alice, mallory] = [await registerAccount(app.api), await registerAccount(app.api)];
    const [session] = (await sessionsOf(alice.token)).items;
    expect((await app.api.delete(`/auth/sessions/${session!.id}`, { token: mallory.token })).status).toBe(404);
    expect((await sessionsOf(alice.token)).items).toHaveLength(1);
    expect(await app.api.delete('/auth/sessions/1', { token: mallory.token })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'id' }] },
    });
  });

  it('all end with logout-all', async () => {
    const account = await registerAccount(app.api);
    const other = await logIn(app.api, account);
    const heard = listen();
    expect((await app.api.post('/auth/logout-all', undefined, { token: account.token })).status).toBe(204);
    expect(heard()).toMatchObject([{ userId: account.id, reason: 'logout_all' }]);
    expect(heard()[0]!.sessionIds).toHaveLength(2);
    for (const token of [account.token, other.access_token])
      expect((await app.api.get('/users/me', { token })).status).toBe(401);
  });

  it('logout also ends the session of a refresh token in its body, if it is of the same user', async () => {
    const [alice, mallory] = [await registerAccount(app.api), await registerAccount(app.api)];
    const other = await logIn(app.api, alice);
    const theft = { refresh_token: other.refresh_token };
    expect((await app.api.post('/auth/logout', theft, { token: mallory.token })).status).toBe(204);
    expect((await app.api.get('/users/me', { token: other.access_token })).status).toBe(200);
    expect((await app.api.post('/auth/logout', theft, { token: alice.token })).status).toBe(204);
    expect((await app.api.get('/users/me', { token: other.access_token })).status).toBe(401);
  });

  it('end after seven days without a refresh, and after thirty whatever happens', async () => {
    for (const [column, days] of [
      ['last_used_at', 7],
      ['expires_at', 30],
    ] as const) {
      const { id, token, refreshToken } = await registerAccount(app.api);
      const later = `UPDATE sessions SET ${column} = ${column} - make_interval(days => ${days}) WHERE user_id = $1`;
      await app.sql(later, [id]);
      expect((await app.api.get('/users/me', { token })).status).toBe(401);
      expect((await app.api.post('/auth/refresh', { refresh_token: refreshToken })).status).toBe(401);
    }
  });

  it('end with their user', async () => {
    const { id, token } = await registerAccount(app.api);
    await app.sql('UPDATE users SET deactivated_at = now() WHERE id = $1', [id]);
    expect((await app.api.get('/users/me', { token })).status).toBe(401);
  });

  it('and tickets that have expired are swept, and who holds sockets of such a session is told', async () => {
    const { id, token } = await registerAccount(app.api);
    await app.api.post('/auth/ws-ticket', undefined, { token });
    const [live] = await app.sql<{ count: string }>('SELECT count(*) FROM ws_tickets');
    expect(live!.count).not.toBe('0');
    await app.sql("UPDATE sessions SET expires_at = now() - interval '1 s' WHERE user_id = $1", [id]);
    const heard = listen();
    const clock = new ManualClock();
    const tasks = new BackgroundTasks();
    const { app: nest } = app;
    const sweeper = new ExpirySweeper(nest.get(WsTicketRepository), nest.get(SessionsService), tasks, clock);
    sweeper.onApplicationBootstrap();
    clock.advance(600_000);
    sweeper.onModuleDestroy();
    await tasks.onApplicationShutdown();
    expect(await app.sql('SELECT FROM ws_tickets')).toEqual([]);
    expect(await app.sql('SELECT FROM sessions WHERE user_id = $1', [id])).toEqual([]);
    expect(heard().filter(({ userId }) => userId === id)).toMatchObject([{ reason: 'expired' }]);
  });
});

describe('password change (8)', () => {
  const NEW_PASSWORD = 'seven purple elephants';

  it('ends all other sessions and keeps this one; from then on the new password counts', async () => {
    const account = await registerAccount(app.api);
    const other = await logIn(app.api, account);
    const heard = listen();
    const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    expect((await app.api.post('/auth/password', change, { token: account.token })).status).toBe(204);
    expect(heard()).toMatchObject([{ userId: account.id, reason: 'password_changed' }]);
    expect(heard()[0]!.sessionIds).toHaveLength(1);
    expect((await app.api.get('/users/me', { token: account.token })).status).toBe(200);
    expect((await app.api.get('/users/me', { token: other.access_token })).status).toBe(401);
    const login = (password: string) => app.api.post('/auth/login', { username: account.username, password });
    expect((await login(PASSWORD)).status).toBe(401);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });

  it('is refused without the current one, and names the field', async () => {
    const { token } = await registerAccount(app.api);
    const change = { current_password: 'not the right one', new_password: NEW_PASSWORD };
    expect(await app.api.post('/auth/password', change, { token })).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials', errors: [{ field: 'current_password' }] },
    });
  });

  it('leaves no session to a login with the old password that was under way', async () => {
    const account = await registerAccount(app.api);
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      const change = 'UPDATE users SET password_hash = left(password_hash, -6) || $2 WHERE id = $1';
      await client.query(change, [account.id, 'AAAAAA']);
      const login = app.api.post('/auth/login', { username: account.username, password: PASSWORD });
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually(async () => (await app.sql(waiting)).length === 1);
      await client.query('COMMIT');
      expect(await login).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    } finally {
      await client.end();
    }
    expect(await app.sql('SELECT FROM sessions WHERE user_id = $1', [account.id])).toHaveLength(1);
  });
});

describe('a stored hash', () => {
  it('of older parameters is renewed by the next login, and two at once both succeed', async () => {
    const account = await registerAccount(app.api);
    const weak = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await app.sql('UPDATE users SET password_hash = $2 WHERE id = $1', [account.id, weak]);
    await Promise.all([logIn(app.api, account), logIn(app.api, account)]);
    const query = 'SELECT password_hash FROM users WHERE id = $1';
    const [row] = await app.sql<{ password_hash: string }>(query, [account.id]);
    expect(row!.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await logIn(app.api, account);
  });
});

/** The sessions that are reported as ended from now on. */
function listen() {
  const events: DomainEventMap['session.revoked'][] = [];
  app.app.get(DomainEvents).on('session.revoked', (event) => {
    events.push(event);
  });
  return () => events;
}
