import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectWhole } from '../faults/support/oracle.js';
import { Stage } from '../faults/support/stage.js';
import { SocketClient } from '../support/socket-client.js';
import { upTo } from '../support/up-to.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
const MESSAGES = 600;

describe('a channel on three nodes', { timeout: 2 * MINUTE_MS }, () => {
  let cluster: NodeCluster;
  let theatre: Stage;
  beforeAll(async () => {
    cluster = await NodeCluster.start();
    theatre = await Stage.on(cluster.postgres, cluster.nodes);
  }, MINUTE_MS);
  afterAll(() => cluster.stop());

  /** Sends all at once, a third through each node; resolves when each has been acknowledged. */
  const flood = async (stage: Stage) => {
    const senders = await Promise.all(
      stage.servers.map((node, i) => SocketClient.connect(stage.urlOf(stage.user(i), { presence: 'none' }, node))),
    );
    const acks = Array.from({ length: MESSAGES }, async (_, n) => {
      const answer = await senders[n % senders.length]!.request(
        { type: 'message', content: `message ${n}` },
        MINUTE_MS,
      );
      expect(answer).toMatchObject({ type: 'ack' });
    });
    return { done: Promise.all(acks), close: () => Promise.all(senders.map((sender) => sender.close())) };
  };

  const faults: [string, () => Promise<void>][] = [
    ['', () => Promise.resolve()],
    [
      ', with Redis frozen for two seconds',
      async () => {
        cluster.redis.freeze();
        await sleep(2000);
        cluster.redis.thaw();
      },
    ],
    [', with Redis killed and restarted empty', () => cluster.redis.restart()],
  ];

  it.each(faults)(
    'has 600 messages that are sent at once in order, without a hole, on each of them%s',
    async (_, fault) => {
      const stage = await theatre.freshChannel();
      stage.read(3, { since: 0 });
      await Promise.all(stage.readers.map((reader) => reader.reached(0)));
      const { done, close } = await flood(stage);
      await fault();
      await done;
      await close();
      await Promise.all(stage.readers.map((reader) => reader.reached(MESSAGES, MINUTE_MS)));
      for (const { seen, violations } of stage.readers) {
        expect([...seen.keys()]).toEqual(upTo(MESSAGES));
        expect(violations).toEqual([]);
      }
      await stage.settle();
      await expectWhole(stage, { stored: MESSAGES });
    },
  );
});
