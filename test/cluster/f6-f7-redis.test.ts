import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lag, somewhere, summary } from '../faults/support/load.js';
import { expectWhole } from '../faults/support/oracle.js';
import { chance, count, figures, progress } from '../faults/support/scale.js';
import { Stage } from '../faults/support/stage.js';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
const BETWEEN_KILLS_MS = 200;

describe('a Redis that loses notifications', { timeout: 30 * MINUTE_MS }, () => {
  let cluster: NodeCluster;
  let theatre: Stage;
  beforeAll(async () => {
    cluster = await NodeCluster.start({ nodes: 2 });
    theatre = await Stage.on(cluster.postgres, cluster.nodes);
  }, MINUTE_MS);
  afterAll(() => cluster.stop());

  /** All is written on one node, so that the other knows of nothing by itself; readers are on both. */
  const underLoad = async () => {
    const stage = await theatre.freshChannel();
    stage.read(6);
    stage.write(4, { everyMs: 20, through: stage.server });
    await somewhere(stage, chance());
    return stage;
  };
  const settled = async (id: string, stage: Stage, facts: Record<string, number>, { stored = 0 } = {}) => {
    await stage.settle();
    const verdict = await expectWhole(stage, { stored });
    // Not one of them had to come back: what was lost is between the nodes.
    for (const { resumes } of stage.readers) expect(resumes).toBe(0);
    expect(stage.errors).toEqual({});
    figures(id, { ...facts, ...summary(stage, verdict), ...lag(stage) });
  };

  it('F6: pub/sub connections that are killed again and again cost no reader a message', async () => {
    const stage = await underLoad();
    const kills = count('F6.kills');
    let killed = 0;
    for (let kill = 1; kill <= kills; kill++) {
      killed += Number(await cluster.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      await sleep(BETWEEN_KILLS_MS);
      if (kill % 50 === 0) progress('F6', `${kill} kills, ${stage.acked} acknowledged`);
    }
    expect(killed).toBeGreaterThan(0);
    await settled('F6', stage, { kills, 'connections killed': killed });
  });

  it('F6: nor does one right behind the last message before a silence', async () => {
    const stage = await theatre.freshChannel();
    stage.read(4);
    await Promise.all(stage.readers.map((reader) => reader.reached(0)));
    const sender = await SocketClient.connect(stage.urlOf(stage.user(1)));
    const rounds = count('F6.silences');
    for (let seq = 1; seq <= rounds; seq++) {
      expect(await cluster.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThan(0);
      expect(await sender.request({ type: 'message', content: 'and silence' })).toMatchObject({ type: 'ack', seq });
      await Promise.all(stage.readers.map((reader) => reader.reached(seq, MINUTE_MS)));
    }
    await sender.close();
    await settled('F6 silence', stage, { rounds }, { stored: rounds });
  });

  it('F7: with Redis frozen messages are acknowledged and come to every node, and it is used again once it thaws', async () => {
    const stage = await underLoad();
    cluster.redis.freeze();
    const { acked } = stage;
    const seen = stage.readers.map(({ cursor }) => cursor);
    await sleep(count('F7.frozenMs'));
    await eventually(() => stage.readers.every(({ cursor }, i) => cursor > seen[i]! + 20), MINUTE_MS);
    expect(stage.acked).toBeGreaterThan(acked);
    cluster.redis.thaw();
    const longestAckMs = Math.max(
      ...stage.writers.flatMap(({ acked }) => [...acked.values()].map((ack) => ack.afterMs)),
    );
    await somewhere(stage, chance());
    await settled('F7', stage, { 'frozen, ms': count('F7.frozenMs'), 'longest ack, ms': Math.round(longestAckMs) });
  });
});
