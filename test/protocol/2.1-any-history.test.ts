import { afterAll, beforeAll, describe, it } from 'vitest';
import { holdsForAnyHistory } from '../support/any-history.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('a client that keeps messages by id (2.1)', () => {
  it('has what a fresh load gives after any history of changes, live, by the feed and by the replay', async () => {
    await holdsForAnyHistory([app], { runs: 8, seed: 1 });
  }, 120_000);
});
