import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount, registerAccount } from '../support/accounts.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const REFUSED: [string, unknown][] = [
  ['one character', 'x'],
  ['nine characters', 'nine char'],
  ['nine emoji, which are 18 UTF-16 units', '🦊🐻🐼🐨🐯🦁🐮🐷🐸'],
  ['nine letters with ten accents apart', 'áéíóúàèìò'.normalize('NFD')],
  ['129 characters', 'abc'.repeat(43)],
  ['10 KiB', 'abcdefgh'.repeat(1280)],
  ['a NUL', 'correct\0horse battery'],
  ['a lone surrogate', 'correct \ud800 horse battery'],
  ['a common one', 'password123'],
  ['a common one in capitals', 'QWERTYUIOP'],
  ['one letter again and again', 'aaaaaaaaaaaa'],
  ['a number', 1234567890],
  ['null', null],
  ['a list', ['correct horse battery staple']],
];

const TAKEN: [string, string][] = [
  ['ten characters', 'ten charac'],
  ['64 characters', 'abcdefgh'.repeat(8)],
  ['128 characters', 'abcdefgh'.repeat(16)],
  ['128 emoji', '🦊🐻'.repeat(64)],
  ['white space at its ends', '  ten charac  '],
];

describe('a password (8, A15)', () => {
  it.each(REFUSED)('is refused with %s, at registration and when it is changed', async (_name, password) => {
    const registered = await app.api.post('/auth/register', { ...newAccount(), password });
    expect(registered).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'password' }] },
    });
    const { token } = await registerAccount(app.api);
    const change = { current_password: 'correct horse battery staple', new_password: password };
    expect(await app.api.post('/auth/password', change, { token })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'new_password' }] },
    });
  });

  it.each(TAKEN)('may have %s, all of which count', async (_name, password) => {
    const account = { ...newAccount(), password };
    expect((await app.api.post('/auth/register', account)).status).toBe(201);
    const login = (attempt: string) => app.api.post('/auth/login', { username: account.username, password: attempt });
    expect((await login(password)).status).toBe(200);
    expect((await login(Array.from(password).slice(0, -1).join(''))).status).toBe(401);
    expect((await login(password.slice(1))).status).toBe(401);
  });

  it('is the same however its letters were composed', async () => {
    const [composed, apart] = ['crème brûlée à volonté'.normalize('NFC'), 'crème brûlée à volonté'.normalize('NFD')];
    for (const [set, given] of [
      [composed, apart],
      [apart, composed],
    ]) {
      const account = { ...newAccount(), password: set };
      expect((await app.api.post('/auth/register', account)).status).toBe(201);
      const login = { username: account.username, password: given };
      expect((await app.api.post('/auth/login', login)).status).toBe(200);
    }
  });

  it('is nowhere in the database', async () => {
    const password = 'a needle in the haystack';
    await app.api.post('/auth/register', { ...newAccount(), password });
    const [row] = await app.sql<{ found: boolean }>(
      'SELECT EXISTS (SELECT FROM users u WHERE u::text LIKE $1) AS found',
      ['%needle%'],
    );
    expect(row!.found).toBe(false);
  });
});
