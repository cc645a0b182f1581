import { describe } from 'vitest';
import { MakeCluster } from './cluster-under-test.js';
import { documentsContract } from './documents.contract.js';
import { leasedSetsJoinContract } from './leased-sets-join.contract.js';
import { leasedSetsContract } from './leased-sets.contract.js';
import { leasedSetsWatchContract } from './leased-sets-watch.contract.js';
import { topicsContract } from './topics.contract.js';

/** What every implementation of `Cluster` keeps, a test per sentence of the interface. */
export function clusterContract(name: string, make: MakeCluster): void {
  describe(`${name} keeps the contract of Cluster`, () => {
    topicsContract(make);
    leasedSetsJoinContract(make);
    leasedSetsContract(make);
    leasedSetsWatchContract(make);
    documentsContract(make);
  });
}
