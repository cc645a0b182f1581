import { expect, it } from 'vitest';
import { ConnectionAuthenticator } from '../../src/realtime/connection-authenticator.js';
import { logIn, PASSWORD, registerAccount } from '../support/accounts.js';
import { startTestApp } from '../support/test-app.js';

it('writes no token, ticket or password to the log, nor into an error answer (1.1, A13)', async () => {
  const lines: string[] = [];
  const app = await startTestApp({
    env: { LOG_LEVEL: 'trace' },
    logDestination: { write: (line: string) => lines.push(line) },
  });
  const answers: unknown[] = [];
  const secrets = [PASSWORD, 'a wrong secret word'];
  try {
    const alice = await registerAccount(app.api);
    const second = await logIn(app.api, alice);
    const { body } = (await app.api.post('/auth/ws-ticket', undefined, { token: alice.token })) as {
      body: { ticket: string };
    };
    const [, , signature = ''] = alice.token.split('.');
    const bad = `${alice.token.slice(0, -4)}AAAA`;
    secrets.push(signature.slice(0, -4), alice.refreshToken, second.refresh_token, body.ticket);
    const note = async (request: Promise<unknown>) => answers.push(await request);
    await note(app.api.post('/auth/login', { username: alice.username, password: 'a wrong secret word' }));
    await note(app.api.post('/auth/register', { username: '!', email: '!', password: ` ${PASSWORD}\0` }));
    await note(app.api.post('/auth/login', `{"password":"${PASSWORD}",`));
    await note(app.api.get('/users/me', { token: bad }));
    await note(app.api.get(`/users/me?token=${alice.token}`));
    await note(app.api.get(`/nowhere?ticket=${body.ticket}`));
    await note(app.api.post('/auth/refresh', { refresh_token: bad }));
    await app.api.post('/auth/refresh', { refresh_token: second.refresh_token });
    await app.api.post('/auth/refresh', { refresh_token: second.refresh_token });
    await app.sql("UPDATE refresh_tokens SET used_at = used_at - interval '1 minute'");
    await note(app.api.post('/auth/refresh', { refresh_token: second.refresh_token }));
    const authenticator = app.app.get(ConnectionAuthenticator);
    for (const kind of ['token', 'ticket'] as const)
      await authenticator.authenticate({ kind, value: bad }).catch(String);
    // A fault of ours is logged with all that we know of it.
    await app.sql('ALTER TABLE users RENAME TO gone');
    await note(app.api.get('/users/me', { token: alice.token }));
    await note(app.api.post('/auth/login', { username: alice.username, password: PASSWORD }));
    await note(app.api.post('/auth/refresh', { refresh_token: alice.refreshToken }));
  } finally {
    await app.close();
  }
  const log = lines.join('');
  expect(log).toContain('refresh token used twice');
  expect(log).toContain('request failed');
  for (const secret of secrets) {
    expect(log).not.toContain(secret);
    expect(JSON.stringify(answers)).not.toContain(secret);
  }
});
