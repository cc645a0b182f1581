import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const CONNECTIONS = 300;
/** For all of them together, on a busy machine. */
const PATIENCE_MS = 15_000;

let app: TestApp;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  // A pool that so many cannot share: each would wait longer for a connection to Postgres than anyone may.
  const env = { DATABASE_POOL_SIZE: '1', DATABASE_STATEMENT_TIMEOUT_MS: '600', WS_MAX_CONNECTIONS_PER_USER: '0' };
  app = await startTestApp({ env });
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

describe('many who connect at once (1.1)', () => {
  it.each([
    ['anew', {}],
    ['with a position to resume from', { since: '0' }],
  ])('%s are all admitted, and readiness is told meanwhile', async (_, query) => {
    const path = `/ws/dm/${bob.id}`;
    const storm = Promise.all(Array.from({ length: CONNECTIONS }, () => alice.dial(path, query)));
    const ready = await Promise.all([1, 2, 3].map(() => fetch(`${app.url}/health/ready`)));
    expect(ready.map(({ status }) => status)).toEqual([200, 200, 200]);
    const clients: SocketClient[] = await storm;
    for (const client of clients)
      expect(await client.next('connected', PATIENCE_MS)).toMatchObject({ user_id: alice.id });
    await Promise.all(clients.map((client) => client.close()));
  });
});
