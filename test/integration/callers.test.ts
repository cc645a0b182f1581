import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAccount } from '../support/accounts.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.close());

it('requests that are authenticated at the same moment keep their own callers (1.1)', async () => {
  const accounts = await Promise.all(Array.from({ length: 5 }, () => registerAccount(app.api)));
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(accounts.map((account) => app.api.get('/users/me', account)));
    expect(answers).toMatchObject(accounts.map(({ id }) => ({ status: 200, body: { id } })));
  }
});
