import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Cluster, Documents, LeasedSets, Topics } from './cluster.js';
import { LocalDocuments } from './internal/local-documents.js';
import { LocalLeasedSets } from './internal/local-leased-sets.js';
import { LocalTopics } from './internal/local-topics.js';

/** One node, in memory: the default, without any dependency. */
@Injectable()
export class LocalCluster extends Cluster {
  readonly topics: Topics = new LocalTopics();
  readonly sets: LeasedSets;
  readonly documents: Documents;

  constructor(clock: Clock) {
    super();
    this.sets = new LocalLeasedSets(clock);
    this.documents = new LocalDocuments(clock);
  }
}
