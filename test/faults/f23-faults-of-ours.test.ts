import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ preload: path.join(import.meta.dirname, 'support/faulty-sends.mjs') });
}, 60_000);
afterAll(() => stage.close());

it('F23: a handler that throws, one that rejects, and a promise that nobody waits for: `internal`, and everyone is served on', async () => {
  const { pid } = stage.server;
  const [faulty, other] = await Promise.all(
    [0, 1].map((user) => SocketClient.connect(stage.urlOf(stage.user(user), { presence: 'none' }))),
  );
  const send = (socket: SocketClient, content: string) => socket.request({ type: 'message', content });
  for (const content of ['throw', 'reject']) {
    const error = await send(faulty!, content);
    expect(error).toMatchObject({ type: 'error', code: 'internal', error_id: expect.any(String) });
    await eventually(() => stage.server.output.includes(String(error['error_id'])));
    expect(JSON.stringify(error)).not.toContain('a fault of ours');
  }
  expect(await send(faulty!, 'forget')).toMatchObject({ type: 'ack', seq: 1 });
  expect(await send(other!, 'hello')).toMatchObject({ type: 'ack', seq: 2 });
  expect(await faulty!.next(({ content }) => content === 'hello')).toMatchObject({ seq: 2 });
  await eventually(() => stage.server.output.includes('unhandled rejection'));
  expect(stage.server.pid).toBe(pid);
  expect((await fetch(`${stage.server.url}/health/ready`)).status).toBe(200);
  await Promise.all([faulty!.close(), other!.close()]);
});
