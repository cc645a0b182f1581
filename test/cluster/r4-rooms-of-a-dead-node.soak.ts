import { afterAll, beforeAll, expect, it } from 'vitest';
import { chance, count, figures, progress } from '../faults/support/scale.js';
import { eventually } from '../support/eventually.js';
import { Balancer } from './support/balancer.js';
import { NodeCluster } from './support/node-cluster.js';
import { allAgree, crowdOf } from './support/room-crowd.js';
import type { RoomGoer } from './support/room-goer.js';

const MINUTE_MS = 60_000;
/** The users of a node that died leave within 30 s (protocol, section 2); the rest is this machine's. */
const LEFT_WITHIN_MS = 40_000;

let cluster: NodeCluster;
let proxy: Balancer;
let goers: RoomGoer[] = [];
beforeAll(async () => {
  cluster = await NodeCluster.start();
  proxy = await Balancer.before(cluster.nodes);
}, MINUTE_MS);
afterAll(async () => {
  await Promise.all(goers.map((goer) => goer.stop()));
  await proxy.close();
  await cluster.stop();
});

it(
  'R4: kill -9 of a node: the rooms hear of those who do not come back, once, and whoever comes sees the full room',
  async () => {
    goers = await crowdOf(proxy, count('R4.rooms'));
    await allAgree(goers, MINUTE_MS);
    const random = chance();
    const { nodes } = cluster;
    let longestMs = 0;
    let killed = 0;
    for (let cycle = 1; cycle <= count('R4.kills'); cycle++) {
      // Nobody is on the last one yet: the proxy gives it those alone who come after it.
      killed = (killed + 1 + random.below(nodes.length - 1)) % nodes.length;
      const node = cluster.node(killed);
      // Of those whom it meets, every other one stays away.
      for (const [n, goer] of goers.entries()) goer.staysAway = n % 2 === 0;
      await node.crash();
      await eventually(() => !proxy.uses(node), MINUTE_MS);
      for (const goer of goers) if (goer.isIn) goer.staysAway = false;
      const away = goers.filter(({ staysAway }) => staysAway);
      expect(away.length).toBeGreaterThan(0);
      longestMs = Math.max(longestMs, await allAgree(goers, LEFT_WITHIN_MS));
      for (const goer of away) goer.come();
      await allAgree(goers, MINUTE_MS);
      await node.start();
      await eventually(() => proxy.uses(node), MINUTE_MS);
      progress('R4', `kill ${cycle}, ${away.length} stayed away, all agreed after ${longestMs} ms at most`);
    }
    expect(goers.flatMap(({ violations }) => violations)).toEqual([]);
    figures('R4', { participants: goers.length, kills: count('R4.kills'), 'all agree after, ms': longestMs });
  },
  60 * MINUTE_MS,
);
