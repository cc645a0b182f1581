import { afterAll, beforeAll, describe, it } from 'vitest';
import { count } from '../faults/support/scale.js';
import { holdsForAnyHistory } from '../support/any-history.js';
import { startThreeNodes } from './support/three-nodes.js';
import type { ThreeNodes } from './support/three-nodes.js';

let three: ThreeNodes;
beforeAll(async () => {
  three = await startThreeNodes();
});
afterAll(() => three.close());

describe('clients of three nodes that keep messages by id (2.1)', () => {
  it('F24: have what a fresh load gives after any history of changes', async () => {
    await holdsForAnyHistory(three.nodes, { runs: count('F24.histories'), seed: count('seed') });
  });
});
