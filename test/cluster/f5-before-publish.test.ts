import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { count, figures, progress } from '../faults/support/scale.js';
import { Stage } from '../faults/support/stage.js';
import { SocketClient } from '../support/socket-client.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
const FAILPOINT = path.join(import.meta.dirname, '../faults/support/die-after-commit.mjs');

let cluster: NodeCluster;
let stage: Stage;
beforeAll(async () => {
  cluster = await NodeCluster.start({ nodes: 2, preload: FAILPOINT });
  stage = await Stage.on(cluster.postgres, cluster.nodes);
}, MINUTE_MS);
afterAll(() => cluster.stop());

it(
  'F5: a message whose node died between its commit and its announcement comes to the other node, without any further traffic',
  async () => {
    const [dying, other] = stage.servers;
    const reader = await SocketClient.connect(stage.urlOf(stage.user(0), {}, other));
    await reader.next('connected');
    let longestMs = 0;
    for (let cycle = 1; cycle <= count('F5.cycles'); cycle++) {
      const sender = await SocketClient.connect(stage.urlOf(stage.user(1), { presence: 'none' }, dying));
      await sender.next('connected');
      const content = `last words ${cycle}`;
      sender.send({ type: 'message', content });
      expect(await dying!.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const died = performance.now();
      expect(await reader.next('message', MINUTE_MS)).toMatchObject({ seq: cycle, content });
      longestMs = Math.max(longestMs, Math.round(performance.now() - died));
      progress('F5', `death ${cycle}`);
      await dying!.start();
    }
    await reader.close();
    figures('F5', { cycles: count('F5.cycles'), 'longest until it was seen, ms': longestMs });
  },
  30 * MINUTE_MS,
);
