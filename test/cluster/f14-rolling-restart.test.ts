import { afterAll, beforeAll, expect, it } from 'vitest';
import { lag, summary } from '../faults/support/load.js';
import { expectWhole } from '../faults/support/oracle.js';
import { count, figures, progress } from '../faults/support/scale.js';
import { Stage } from '../faults/support/stage.js';
import { eventually } from '../support/eventually.js';
import { Balancer } from './support/balancer.js';
import { BusyClient } from './support/busy-client.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
const POOL = 10;

let cluster: NodeCluster;
let stage: Stage;
let proxy: Balancer;
beforeAll(async () => {
  cluster = await NodeCluster.start({ nodes: count('F14.nodes'), env: { DATABASE_POOL_SIZE: String(POOL) } });
  stage = await Stage.on(cluster.postgres, cluster.nodes);
  proxy = await Balancer.before(cluster.nodes);
}, MINUTE_MS);
afterAll(async () => {
  await proxy.close();
  await cluster.stop();
});

it(
  'F14: a rolling restart behind a proxy closes sockets with 1012 alone, refuses no request, and loses nothing',
  async () => {
    stage.read(count('F14.readers'), { through: proxy });
    stage.write(4, { everyMs: 200, through: proxy });
    const token = stage.user(0).token;
    const rest = Array.from({ length: 4 }, () => new BusyClient(`${proxy.url}/api/channels/${stage.channelId}`, token));
    const all = () => stage.readers.every(({ socket, cursor }) => socket.isOpen && cursor > 0);
    await eventually(all, MINUTE_MS);
    let longestMs = 0;
    for (let restart = 1; restart <= count('F14.restarts'); restart++) {
      for (const node of cluster.nodes) {
        const began = performance.now();
        expect(await node.process.stop()).toEqual({ code: 0, signal: null });
        await eventually(all, MINUTE_MS);
        longestMs = Math.max(longestMs, Math.round(performance.now() - began));
        await node.start();
        await eventually(() => proxy.uses(node), MINUTE_MS);
        progress('F14', `restart ${restart}, ${stage.acked} acknowledged, all back after ${longestMs} ms at most`);
      }
    }
    for (const client of rest) {
      await client.stop();
      expect([...client.outcomes.keys()]).toEqual(['200']);
    }
    const { places } = (
      await cluster.postgres.sql<{ places: number }>(
        `SELECT count(*)::int AS places FROM pg_stat_activity WHERE application_name = 'parley'`,
      )
    )[0]!;
    expect(places).toBeLessThanOrEqual(POOL * cluster.nodes.length);
    const closes = new Set([...stage.readers, ...stage.writers].flatMap(({ socket }) => [...socket.closes.keys()]));
    expect([...closes]).toEqual([1012]);
    await stage.settle();
    const verdict = await expectWhole(stage);
    expect(stage.errors).toEqual({});
    const requests = rest.reduce((sum, { outcomes }) => sum + (outcomes.get('200') ?? 0), 0);
    figures('F14', {
      'attempts refused': stage.readers.reduce((sum, { socket }) => sum + socket.failures, 0),
      readers: stage.readers.length,
      'all back after, ms': longestMs,
      requests,
      ...summary(stage, verdict),
      ...lag(stage),
    });
  },
  60 * MINUTE_MS,
);
