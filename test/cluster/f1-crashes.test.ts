import { afterAll, beforeAll, expect, it } from 'vitest';
import { somewhere, summary } from '../faults/support/load.js';
import { expectWhole } from '../faults/support/oracle.js';
import { chance, count, figures, progress } from '../faults/support/scale.js';
import { Stage } from '../faults/support/stage.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;

let cluster: NodeCluster;
let stage: Stage;
beforeAll(async () => {
  cluster = await NodeCluster.start();
  stage = await Stage.on(cluster.postgres, cluster.nodes);
}, MINUTE_MS);
afterAll(() => cluster.stop());

it(
  'F1: kill -9 of one node of three under load loses nothing that was acknowledged or seen, whichever node it is',
  async () => {
    stage.write(12);
    stage.read(6);
    const random = chance();
    const cycles = count('F1.nodes');
    for (let cycle = 1; cycle <= cycles; cycle++) {
      await somewhere(stage, random);
      const node = cluster.node(random.below(cluster.nodes.length));
      await node.crash();
      await node.start();
      progress('F1', `kill ${cycle} of a node, ${stage.acked} acknowledged`);
    }
    await somewhere(stage, random);
    await stage.settle();
    const verdict = await expectWhole(stage);
    expect(stage.readers.reduce((sum, { resumes }) => sum + resumes, 0)).toBeGreaterThan(0);
    figures('F1 nodes', { cycles, ...summary(stage, verdict) });
  },
  120 * MINUTE_MS,
);
