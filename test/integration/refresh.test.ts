import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainEventMap, DomainEvents } from '../../src/common/domain-events.js';
import { Account, registerAccount, Tokens } from '../support/accounts.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const attempt = (refreshToken: string) => app.api.post('/auth/refresh', { refresh_token: refreshToken });

async function refresh(refreshToken: string): Promise<Tokens> {
  const answer = await attempt(refreshToken);
  expect(answer.status).toBe(200);
  return answer.body as Tokens;
}

const usedAgo = (seconds: number, { id }: Account) =>
  app.sql(
    `UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $1)
     WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $2)`,
    [seconds, id],
  );

async function expectEnded(account: Account, tokens: Tokens): Promise<void> {
  expect((await app.api.get('/users/me', { token: account.token })).status).toBe(401);
  expect((await app.api.get('/users/me', { token: tokens.access_token })).status).toBe(401);
  expect((await attempt(tokens.refresh_token)).status).toBe(401);
}

function listen() {
  const events: DomainEventMap['session.revoked'][] = [];
  app.app.get(DomainEvents).on('session.revoked', (event) => {
    events.push(event);
  });
  return events;
}

describe('refresh (8)', () => {
  it('answers with the user and new tokens that work; the session stays the same', async () => {
    const account = await registerAccount(app.api);
    const tokens = await refresh(account.refreshToken);
    expect(tokens).toMatchObject({ user: { id: account.id }, token_type: 'bearer', expires_in: 900 });
    expect(tokens.refresh_token).not.toBe(account.refreshToken);
    const sessions = await app.api.get('/auth/sessions', { token: tokens.access_token });
    expect(sessions.body).toMatchObject({ items: [{ current: true }] });
    await refresh((await refresh(tokens.refresh_token)).refresh_token);
  });

  it('after a lost answer gets the very same successor within 10 s, while that is unused (A7)', async () => {
    const account = await registerAccount(app.api);
    const lost = await refresh(account.refreshToken);
    await usedAgo(9, account);
    const again = await refresh(account.refreshToken);
    expect(again.refresh_token).toBe(lost.refresh_token);
    await refresh(again.refresh_token);
  });

  it('after a lost answer ends the session when it is repeated later than 10 s (A7)', async () => {
    const account = await registerAccount(app.api);
    const lost = await refresh(account.refreshToken);
    await usedAgo(11, account);
    const heard = listen();
    expect(await attempt(account.refreshToken)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(heard).toMatchObject([{ userId: account.id, reason: 'token_reuse' }]);
    await expectEnded(account, lost);
  });

  it('with a token from two generations ago ends the session for both parties, at once (A5)', async () => {
    const account = await registerAccount(app.api);
    const second = await refresh(account.refreshToken);
    const third = await refresh(second.refresh_token);
    const heard = listen();
    expect(await attempt(account.refreshToken)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(heard).toHaveLength(1);
    await expectEnded(account, third);
    // Once more tells nobody anything new.
    expect((await attempt(account.refreshToken)).status).toBe(401);
    expect(heard).toHaveLength(1);
  });

  it('fifty times at once with one token leaves exactly one live successor (A6)', async () => {
    const account = await registerAccount(app.api);
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(account.refreshToken)));
    expect(new Set(answers.map((tokens) => tokens.refresh_token)).size).toBe(1);
    const unused = `SELECT FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
      WHERE s.user_id = $1 AND s.revoked_at IS NULL AND t.used_at IS NULL`;
    expect(await app.sql(unused, [account.id])).toHaveLength(1);
    await refresh(answers[0]!.refresh_token);
  });

  it.each(['', 'x', 'not a token', '\0', 'A'.repeat(512)])('refuses what is no refresh token: %j', async (token) => {
    expect(await attempt(token)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it.each([{}, { refresh_token: 1 }, { refresh_token: ['x'] }, { refresh_token: 'A'.repeat(513) }])(
    'names the field that is wrong: %j',
    async (body) => {
      expect(await app.api.post('/auth/refresh', body)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field: 'refresh_token' }] },
      });
    },
  );

  it('keeps only hashes of tokens in the database', async () => {
    const { refreshToken } = await registerAccount(app.api);
    const [row] = await app.sql<{ found: boolean }>(
      "SELECT EXISTS (SELECT FROM refresh_tokens WHERE token_hash = sha256(convert_to($1, 'UTF8'))) AS found",
      [refreshToken],
    );
    expect(row!.found).toBe(true);
  });
});
