import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogScene, logScene } from '../support/log-scene.js';
import { insertMessages } from '../support/message-rows.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROWS = 20_000;
const SENT = 20;

let app: TestApp;
let scene: LogScene;
beforeAll(async () => {
  // One connection, so that what it has planned once is what all of this runs by.
  app = await startTestApp({ env: { DATABASE_POOL_SIZE: '1' } });
  scene = await logScene(app);
});
afterAll(() => app.close());

/** The first goes alone, the others as a batch, each with a nonce to look up. */
const send = (name: string) =>
  Promise.all(Array.from({ length: SENT }, (_, n) => scene.send(scene.alice, `${n}`, `${name}-${n}`)));

/** Rows of `messages` that statements have read so far, those of the app's connection included. */
async function rowsRead(): Promise<number> {
  await app.app.get(DataSource).query('SELECT pg_stat_force_next_flush()');
  const [counts] = await app.sql<{ rows: number }>(
    `SELECT (seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_user_tables WHERE relname = 'messages'`,
  );
  return counts!.rows;
}

describe('a nonce is looked up by its own index (2.1), among the many messages of its sender and its log,', () => {
  const rowsReadFor = async (name: string) => {
    const before = await rowsRead();
    await send(name);
    return (await rowsRead()) - before;
  };

  it('by a plan that was made while there were none', async () => {
    await send('first');
    const rows = { conversationId: scene.channelId, senderId: scene.alice, first: SENT + 1, last: ROWS };
    await insertMessages(app, rows);
    expect(await rowsReadFor('planned early')).toBeLessThanOrEqual(SENT);
    // A nonce that is there is read, and its message for the answer.
    expect(await rowsReadFor('planned early')).toBeGreaterThanOrEqual(SENT);
  });

  it('by a plan that was made with the table’s statistics', async () => {
    await app.sql('ANALYZE messages');
    expect(await rowsReadFor('planned late')).toBeLessThanOrEqual(SENT);
  });
});
