import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Holder } from '../support/log-scene.js';
import { channelScene, register } from '../support/scene.js';
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

describe('many who resume at once, from a log that takes its time (1.1, 2)', () => {
  it('leave half of the connections to Postgres to others, and are all admitted', async () => {
    const env = { DATABASE_POOL_SIZE: '4', DATABASE_STATEMENT_TIMEOUT_MS: '5000', WS_MAX_CONNECTIONS_PER_USER: '0' };
    const slow = await startTestApp({ env });
    try {
      const { owner, channelId } = await channelScene(slow, { members: [] });
      const holder = await Holder.of(slow);
      await holder.query('SELECT pg_advisory_xact_lock(1)');
      await slow.sql(EPOCH_THAT_WAITS);
      const storm = Array.from({ length: 20 }, () => owner.dial(`/ws/channel/${channelId}`, { since: '0' }));
      const clients = await Promise.all(storm);
      try {
        await eventually(async () => (await readersThatWait(slow)) > 0);
        for (let n = 0; n < 20; n += 1) expect((await owner.api.get(`/channels/${channelId}`)).status).toBe(200);
        expect(await readersThatWait(slow)).toBe(2);
      } finally {
        await holder.commit();
      }
      for (const client of clients) await client.next('resumed', PATIENCE_MS);
      await Promise.all(clients.map((client) => client.close()));
    } finally {
      await slow.close();
    }
  });
});

/** What a resume reads stands still until the test lets it go on: `lock_timeout` would end a lock's wait before. */
const EPOCH_THAT_WAITS = `
  ALTER FUNCTION current_log_epoch() RENAME TO log_epoch_at_once;
  CREATE FUNCTION current_log_epoch() RETURNS text LANGUAGE plpgsql SET lock_timeout = 0 AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(1);
    RETURN log_epoch_at_once();
  END $$`;

/** Statements of the app that wait so. */
async function readersThatWait(node: TestApp): Promise<number> {
  const [waiting] = await node.sql<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
  );
  return waiting!.count;
}
