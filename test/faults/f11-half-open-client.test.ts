import { afterAll, beforeAll, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { ChaosProxy } from './support/chaos-proxy.js';
import { expectWhole } from './support/oracle.js';
import { ResumingReader } from './support/resuming-reader.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

let stage: Stage;
let proxy: ChaosProxy;
beforeAll(async () => {
  stage = await Stage.open({ env: { WS_HEARTBEAT_INTERVAL_MS: '1000', RECONNECT_GRACE_MS: '200' } });
  proxy = await ChaosProxy.before(stage.server.url, { delayMs: 5 });
}, MINUTE_MS);
afterAll(async () => {
  await proxy.close();
  await stage.close();
});

it(
  'F11: a client behind a network that has gone dark is given up and leaves; when it comes back, it has missed nothing',
  async () => {
    const lost = stage.user(4);
    const watcher = await SocketClient.connect(stage.urlOf(stage.user(0), { presence: 'each' }));
    const { api } = stage.server;
    const server = () => ({ wsUrl: proxy.wsUrl, api });
    const reader = new ResumingReader({ server, channelId: stage.channelId, token: lost.token });
    stage.readers.push(reader);
    await eventually(() => reader.cursor === 0, MINUTE_MS);
    stage.write(2);
    await reader.reached(10);
    proxy.blackHole();
    await watcher.next(({ type, user_id }) => type === 'user_left' && user_id === lost.id, MINUTE_MS);
    const { acked } = stage;
    await eventually(() => stage.acked > acked + 20, MINUTE_MS);
    proxy.restore();
    // Said behind what was missed, so it may come after all that `settle` waits for.
    await eventually(() => reader.resumes > 0, MINUTE_MS);
    await stage.settle();
    await expectWhole(stage);
    await watcher.close();
  },
  5 * MINUTE_MS,
);
