import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelScene, ChannelScene } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let scene: ChannelScene<'alice' | 'bob'>;
beforeAll(async () => {
  app = await startTestApp();
  scene = await channelScene(app, { members: ['alice', 'bob'] });
});
afterAll(() => app.close());

/** A row of the log that Postgres holds and that no client could be shown: its time is none that ISO 8601 has. */
async function insertPoison(): Promise<void> {
  await app.sql(
    `WITH next AS (UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
     INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, created_at)
     SELECT $2, $1, last_seq, last_seq, $3, 'poison', 'infinity' FROM next`,
    [scene.channelId, randomUUID(), scene.owner.id],
  );
}

it('F21: a row that cannot be shown is an `error` frame, and the channel flows on', async () => {
  const { alice, bob } = scene.members;
  const reader = await bob.channel(scene.channelId);
  const writer = await alice.channel(scene.channelId);
  const send = (content: string) => writer.request({ type: 'message', content });
  await send('before');
  await insertPoison();
  expect(await send('after')).toMatchObject({ type: 'ack', seq: 3 });
  expect(await reader.next('message')).toMatchObject({ content: 'before' });
  expect(await reader.next('error')).toMatchObject({ code: 'internal', error_id: expect.any(String) });
  expect(await reader.next('message')).toMatchObject({ content: 'after', seq: 3 });
});

it('F21: nor does it keep anyone from resuming, from the history or from the feed', async () => {
  const { bob } = scene.members;
  const socket = await bob.channel(scene.channelId, { since: '0', history: '10' });
  expect(await socket.next('history')).toMatchObject({ messages: [{ content: 'before' }, { content: 'after' }] });
  expect(await socket.next('message')).toMatchObject({ content: 'before' });
  expect(await socket.next('error')).toMatchObject({ code: 'internal' });
  expect(await socket.next('message')).toMatchObject({ content: 'after' });
  expect(await socket.next('resumed')).toMatchObject({ complete: true, last_seq: 3 });
  const { status, body } = await bob.api.get(`/channels/${scene.channelId}/changes?since=0`);
  expect({ status, last: body.last_seq }).toEqual({ status: 200, last: 3 });
  expect(body.items.map(({ seq }: { seq: number }) => seq)).toEqual([1, 3]);
});
