import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { typesOf } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { restoreElsewhere } from './support/dump.js';
import { DurablePostgres } from './support/durable-postgres.js';
import { Stage } from './support/stage.js';

describe('a log that was restored from a backup', { timeout: 120_000 }, () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open();
  });
  afterEach(() => stage.close());

  const send = async (from: number, to: number) => {
    const { api } = stage.user(1);
    for (let n = from; n <= to; n++) {
      const { status } = await api.post(`/channels/${stage.channelId}/messages`, { content: `number ${n}` });
      expect(status).toBe(201);
    }
  };
  /** What a client gets that comes with its position, up to `resumed`. */
  const resume = async (query: { since: number; epoch: string }) => {
    const url = stage.urlOf(stage.user(2), { presence: 'none', since: String(query.since), epoch: query.epoch });
    const socket = await SocketClient.connect(url);
    const resumed = await socket.next('resumed');
    await socket.close();
    return { resumed, messages: typesOf(socket.seen).filter((type) => type === 'message') };
  };
  const position = async () => {
    const { body } = await stage.user(2).api.get(`/channels/${stage.channelId}/changes?since=0&limit=1`);
    return { since: body.last_seq as number, epoch: body.epoch as string };
  };
  const feed = async ({ since, epoch }: { since: number; epoch: string }) =>
    stage.user(2).api.get(`/channels/${stage.channelId}/changes?since=${since}&epoch=${epoch}`);

  it('F20: in its place: a client that is ahead of it is told so, and nothing is replayed', async () => {
    await send(1, 5);
    const early = await position();
    await stage.server.stop();
    await stage.postgres.stop();
    stage.postgres.copyTo('backup');
    await stage.postgres.start();
    await stage.server.start();
    await send(6, 10);
    const ahead = await position();
    expect(await resume({ ...ahead, since: 8 })).toMatchObject({
      resumed: { complete: true },
      messages: ['message', 'message'],
    });

    await stage.server.stop();
    await stage.postgres.stop();
    stage.postgres.restoreFrom('backup');
    await stage.postgres.start();
    await stage.server.start();
    expect(await resume(ahead)).toEqual({
      resumed: { type: 'resumed', channel_id: stage.channelId, from_seq: 10, last_seq: 5, complete: false },
      messages: [],
    });
    expect(await resume({ ...early, since: 3 })).toMatchObject({
      resumed: { complete: true },
      messages: ['message', 'message'],
    });
  });

  it('F20: elsewhere: its epoch is another, so no client’s position counts, even once its numbers have passed it', async () => {
    await send(1, 5);
    const elsewhere = await DurablePostgres.start();
    try {
      await restoreElsewhere(stage.postgres, elsewhere);
      await send(6, 7);
      const lost = await position();
      await stage.server.stop();
      await stage.server.start({ DATABASE_URL: elsewhere.url });
      const restored = await position();
      expect(restored.since).toBe(5);
      expect(restored.epoch).not.toBe(lost.epoch);
      expect((await resume(lost)).resumed).toMatchObject({ complete: false });

      await send(6, 9);
      expect(await resume(lost)).toMatchObject({ resumed: { complete: false, last_seq: 9 }, messages: [] });
      expect((await feed(lost)).status).toBe(409);
      expect(await resume({ ...restored, since: 8 })).toMatchObject({
        resumed: { complete: true },
        messages: ['message'],
      });
    } finally {
      await stage.server.stop();
      await elsewhere.remove();
    }
  });
});
