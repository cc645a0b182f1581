import { afterAll, beforeAll, expect, it } from 'vitest';
import { count, figures, progress } from '../faults/support/scale.js';
import { eventually } from '../support/eventually.js';
import { Balancer } from './support/balancer.js';
import { NodeCluster } from './support/node-cluster.js';
import { allAgree, crowdOf } from './support/room-crowd.js';
import type { RoomGoer } from './support/room-goer.js';

const MINUTE_MS = 60_000;

let cluster: NodeCluster;
let proxy: Balancer;
let goers: RoomGoer[] = [];
beforeAll(async () => {
  cluster = await NodeCluster.start({ nodes: count('F14.nodes') });
  proxy = await Balancer.before(cluster.nodes);
}, MINUTE_MS);
afterAll(async () => {
  await Promise.all(goers.map((goer) => goer.stop()));
  await proxy.close();
  await cluster.stop();
});

it(
  'F14: a rolling restart cuts nobody off in a room without going_away, and everyone is back in it',
  async () => {
    goers = await crowdOf(proxy, count('F14.rooms'));
    await allAgree(goers, MINUTE_MS);
    let longestMs = 0;
    for (let restart = 1; restart <= count('F14.restarts'); restart++)
      for (const node of cluster.nodes) {
        expect(await node.process.stop()).toEqual({ code: 0, signal: null });
        longestMs = Math.max(longestMs, await allAgree(goers, MINUTE_MS));
        await node.start();
        await eventually(() => proxy.uses(node), MINUTE_MS);
        progress('F14', `restart ${restart}, all back in their rooms after ${longestMs} ms at most`);
      }
    expect(goers.flatMap(({ violations }) => violations)).toEqual([]);
    expect(goers.filter(({ broken }) => broken > 0)).toHaveLength(0);
    // Each met a node that went, at least once for every time that all of them did.
    const returns = goers.reduce((sum, { entries }) => sum + entries - 1, 0);
    expect(returns).toBeGreaterThanOrEqual(goers.length * count('F14.restarts'));
    figures('F14 rooms', { participants: goers.length, returns, 'all back after, ms': longestMs });
  },
  60 * MINUTE_MS,
);
