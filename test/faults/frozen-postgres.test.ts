import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectOk } from '../support/scene.js';
import { expectWhole } from './support/oracle.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ env: { DATABASE_POOL_SIZE: '4' } });
}, MINUTE_MS);
afterAll(() => stage.close());

it(
  'a Postgres that stands still is `unavailable` while it does, on connections that are open too, and heals by itself',
  async () => {
    const { api } = stage.user(0);
    const path = `/channels/${stage.channelId}/messages`;
    const socket = await stage.user(0).channel(stage.channelId);
    // Connections of the pool that wait for work.
    for (const { status } of await Promise.all(Array.from({ length: 4 }, () => api.get(path))))
      expect(status).toBe(200);

    const thaw = stage.postgres.freeze();
    try {
      const [read, write, renamed, sent] = await Promise.all([
        api.get(path),
        api.post(path, { content: 'lost?', nonce: 'frozen' }),
        api.patch(`/channels/${stage.channelId}`, { topic: 'frozen' }),
        socket.request({ type: 'message', content: 'and this?', nonce: 'frozen too' }),
      ]);
      for (const { status, body } of [read, write, renamed])
        expect([status, (body as { code: string }).code]).toEqual([503, 'unavailable']);
      expect(sent).toMatchObject({ type: 'error', code: 'unavailable' });
    } finally {
      thaw();
    }

    const after = await stage.freshChannel();
    after.write(4);
    await after.settle();
    await expectWhole(after);
    for (const nonce of ['frozen', 'frozen too'])
      expect(
        expectOk(await api.post(path, { content: nonce === 'frozen' ? 'lost?' : 'and this?', nonce })),
      ).toMatchObject({
        nonce,
      });
    const { items } = expectOk(await api.get(path)) as { items: { nonce: string }[] };
    expect(items.map(({ nonce }) => nonce).sort()).toEqual(['frozen', 'frozen too']);
    await socket.close();
  },
  MINUTE_MS,
);
