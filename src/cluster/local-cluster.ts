import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Backplane, Cluster, Documents, LeasedSets, Topics } from './cluster.js';
import { LocalBackplane } from './internal/local-backplane.js';
import { LocalDocuments } from './internal/local-documents.js';
import { LocalLeasedSets } from './internal/local-leased-sets.js';
import { LocalTopics } from './internal/local-topics.js';

/** One node, in memory: the default, without any dependency. */
@Injectable()
export class LocalCluster extends Cluster {
  readonly topics: Topics = new LocalTopics();
  readonly sets: LeasedSets;
  readonly documents: Documents;
  readonly backplane: Backplane = new LocalBackplane();

  constructor(clock: Clock) {
    super();
    this.sets = new LocalLeasedSets(clock);
    this.documents = new LocalDocuments(clock);
  }
}
