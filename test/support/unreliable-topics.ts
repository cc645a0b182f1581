import { Cluster, Topics } from '../../src/cluster/cluster.js';
import { RedisBackplane } from '../../src/cluster/internal/redis/redis-backplane.js';
import type { Documents, Json, LeasedSets } from '../../src/cluster/cluster.js';
import type { Cancel } from '../../src/common/clock.js';

export type Fate = 'deliver' | 'lose' | 'double' | 'delay';

/** Topics that lose, double, delay and reorder what is published, as a backplane in trouble does. */
export class UnreliableTopics extends Topics {
  /** What happens to the next message. */
  fate: () => Fate = () => 'deliver';
  /** Whether subscribing fails. */
  away = false;
  /** Subscriptions that have not been cancelled. */
  subscriptions = 0;
  private delayed: (() => Promise<void>)[] = [];

  constructor(private readonly inner: Topics) {
    super();
  }

  async publish(topic: string, message: Json): Promise<void> {
    const publish = () => this.inner.publish(topic, message);
    const fate = this.fate();
    if (fate === 'delay') this.delayed.push(publish);
    if (fate === 'deliver' || fate === 'double') await publish();
    if (fate === 'double') await publish();
  }

  async subscribe(topic: string, listener: (message: Json) => void): Promise<Cancel> {
    if (this.away) throw new Error('The backplane is away.');
    const cancel = await this.inner.subscribe(topic, listener);
    this.subscriptions += 1;
    let active = true;
    return () => {
      cancel();
      if (active) this.subscriptions -= 1;
      active = false;
    };
  }

  /** Delivers what was delayed, the latest first. */
  async deliverDelayed(): Promise<void> {
    const delayed = this.delayed.splice(0).reverse();
    for (const publish of delayed) await publish();
  }
}

/** A cluster whose topics cannot be relied on; its backplane is away when a test says so. */
export class UnreliableCluster extends Cluster {
  readonly topics: UnreliableTopics;
  readonly sets: LeasedSets;
  readonly documents: Documents;
  readonly backplane = new RedisBackplane();

  constructor(inner: Cluster) {
    super();
    this.topics = new UnreliableTopics(inner.topics);
    this.sets = inner.sets;
    this.documents = inner.documents;
    this.backplane.restore();
  }
}
