import { Injectable } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Clock } from '../../common/clock.js';
import { WaitingLine } from '../../common/waiting-line.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { LiveTopic, TopicKey } from '../live-topic.js';
import { LiveTopicRepository, NewTopic } from '../persistence/live-topic.repository.js';
import { noticeOf, noticeTopic } from './live-notice.js';

/** Those who write to one topic wait for each other in Postgres: they must not take all of its connections meanwhile. */
const WRITES_AT_ONCE = 4;

/** How a topic is to change, in `tx`, which holds it. */
interface Change {
  /** Undefined: nothing has changed. */
  present(tx: Tx, topic: LiveTopic): Promise<LiveTopic | undefined>;
  /** What to make where there is no topic. */
  absent(tx: Tx): Promise<Omit<NewTopic, keyof TopicKey | 'now'>>;
}

/** Changes topics one change at a time, and tells all nodes after the commit. */
@Injectable()
export class LiveWriter {
  private readonly line: WaitingLine;

  constructor(
    private readonly topics: LiveTopicRepository,
    private readonly transactions: TransactionRunner,
    private readonly cluster: Cluster,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
  ) {
    this.line = new WaitingLine(WRITES_AT_ONCE, clock);
  }

  async change(key: TopicKey, change: Change): Promise<LiveTopic | undefined> {
    const topic = await this.line.run(() => this.transactions.run((tx) => this.apply(tx, key, change)));
    if (topic)
      this.tasks.run('tell of a live topic', () => this.cluster.topics.publish(noticeTopic(key), noticeOf(topic)));
    return topic;
  }

  setValue(tx: Tx, key: TopicKey, value: string | null): Promise<LiveTopic> {
    return this.topics.setValue(tx, key, value, this.clock.date());
  }

  private async apply(tx: Tx, key: TopicKey, change: Change): Promise<LiveTopic | undefined> {
    const held = await this.topics.hold(tx, key);
    if (held) return change.present(tx, held);
    const made = await this.topics.insert(tx, { ...key, ...(await change.absent(tx)), now: this.clock.date() });
    // Somebody else was faster: now it is there, and stays.
    return made ?? this.apply(tx, key, change);
  }
}
