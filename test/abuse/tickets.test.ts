import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionAuthenticator } from '../../src/realtime/connection-authenticator.js';
import { Account, registerAccount } from '../support/accounts.js';
import { decode } from '../support/forged-token.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Account;
beforeAll(async () => {
  app = await startTestApp();
  alice = await registerAccount(app.api);
});
afterAll(() => app.close());

const use = (value: string) => app.app.get(ConnectionAuthenticator).authenticate({ kind: 'ticket', value });
const refused = { code: 'invalid_token' };

async function ticketOf({ token } = alice): Promise<string> {
  const answer = await app.api.post('/auth/ws-ticket', undefined, { token });
  expect(answer).toMatchObject({ status: 200, body: { expires_in: 30 } });
  return (answer.body as { ticket: string }).ticket;
}

describe('a ticket (1.1, A14)', () => {
  it('opens one connection, of the session that asked for it, until its access token ends', async () => {
    const ticket = await ticketOf();
    const [, claims] = decode(alice.token);
    expect(await use(ticket)).toEqual({
      userId: alice.id,
      username: alice.username,
      sessionId: claims['sid'],
      tokenExpiresAt: new Date((claims['exp'] as number) * 1000),
    });
    await expect(use(ticket)).rejects.toMatchObject(refused);
  });

  it('used by many at once opens one', async () => {
    const ticket = await ticketOf();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => use(ticket)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is worth nothing after 30 s', async () => {
    const [soon, late] = [await ticketOf(), await ticketOf()];
    const older = (seconds: number) =>
      app.sql('UPDATE ws_tickets SET expires_at = expires_at - make_interval(secs => $1)', [seconds]);
    await older(25);
    await use(soon);
    await older(5);
    await expect(use(late)).rejects.toMatchObject(refused);
  });

  it('cannot be guessed', async () => {
    for (const guess of ['', 'x', randomBytes(32).toString('base64url'), alice.token, alice.refreshToken])
      await expect(use(guess)).rejects.toMatchObject(refused);
  });

  it('is worth nothing once its session has ended', async () => {
    const bob = await registerAccount(app.api);
    const ticket = await ticketOf(bob);
    await app.api.post('/auth/logout', undefined, { token: bob.token });
    await expect(use(ticket)).rejects.toMatchObject(refused);
  });

  it('is no access token, and an access token is no ticket', async () => {
    const value = await ticketOf();
    const authenticator = app.app.get(ConnectionAuthenticator);
    await expect(authenticator.authenticate({ kind: 'token', value })).rejects.toMatchObject(refused);
    expect(await authenticator.authenticate({ kind: 'token', value: alice.token })).toMatchObject({ userId: alice.id });
  });
});
