import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import { PeriodicCheck } from '../cluster/periodic-check.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { Unavailable } from '../common/domain-error.js';
import { DomainEvents } from '../common/domain-events.js';
import { LiveAccess } from './internal/live-access.js';
import { noticeTopic } from './internal/live-notice.js';
import { TopicFeed } from './internal/topic-feed.js';
import type { LiveListener } from './live-listener.js';
import { TopicKey, unmade } from './live-topic.js';
import { LiveTopicRepository } from './persistence/live-topic.repository.js';

const CHECK_CHUNK = 1000;

/**
 * Who follows which topic on this node. A notification that was lost is made up for within 5 s: all topics that are
 * followed here are compared with Postgres, in one statement.
 */
@Injectable()
export class LiveSubscriptions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly feeds = new Map<string, TopicFeed>();
  private readonly periodicCheck: PeriodicCheck;
  private stops: Cancel[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly topics: LiveTopicRepository,
    private readonly access: LiveAccess,
    private readonly events: DomainEvents,
    private readonly tasks: BackgroundTasks,
    clock: Clock,
  ) {
    const { backplane } = cluster;
    const check = () => this.check();
    this.periodicCheck = new PeriodicCheck({ backplane, clock, tasks, name: 'live topics check', check });
  }

  onApplicationBootstrap(): void {
    this.periodicCheck.start();
    this.stops = [
      this.events.on('group.member_removed', ({ groupId, userId }) =>
        this.checkFollowers((feed) => feed.isOf(groupId) && feed.isFollowedBy(userId)),
      ),
      this.events.on('group.deleted', ({ groupId }) => this.checkFollowers((feed) => feed.isOf(groupId))),
    ];
  }

  beforeApplicationShutdown(): void {
    this.periodicCheck.stop();
    for (const stop of this.stops) stop();
  }

  /**
   * Tells the listener the present value, and then each later one that is not replaced before. Returns its own undo.
   * @throws TopicNotReadable, Unavailable
   */
  follow(key: TopicKey, listener: LiveListener): Promise<Cancel> {
    const name = noticeTopic(key);
    const feed = this.feeds.get(name) ?? this.open(name, key);
    return feed.follow(listener);
  }

  private open(name: string, key: TopicKey): TopicFeed {
    const feed = new TopicFeed(key, {
      access: this.access,
      tasks: this.tasks,
      read: async () => (await this.topics.find(key)) ?? unmade(key),
      subscribe: (_key, listener) => this.cluster.topics.subscribe(name, listener),
      onEmpty: () => {
        if (this.feeds.get(name) === feed) this.feeds.delete(name);
        feed.close();
      },
    });
    this.feeds.set(name, feed);
    return feed;
  }

  private async check(): Promise<void> {
    try {
      const feeds = [...this.feeds.values()];
      for (let from = 0; from < feeds.length; from += CHECK_CHUNK)
        await this.compare(feeds.slice(from, from + CHECK_CHUNK));
      await this.checkMemberships(feeds);
    } catch (error) {
      // While Postgres is away nothing can be said, which others tell.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  private async compare(feeds: readonly TopicFeed[]): Promise<void> {
    for (const { revision, ...key } of await this.topics.listRevisions(feeds.map(({ key }) => key))) {
      const feed = this.feeds.get(noticeTopic(key));
      if (feed && revision > feed.revision) feed.refresh();
    }
  }

  /** A removal that was not told is found out here. */
  private async checkMemberships(feeds: readonly TopicFeed[]): Promise<void> {
    const areMembers = await this.access.areMembers(feeds.map(({ memberships }) => memberships));
    for (const [index, feed] of feeds.entries()) if (feed.isUnchecked || areMembers[index] !== true) await feed.check();
  }

  private async checkFollowers(matches: (feed: TopicFeed) => boolean): Promise<void> {
    for (const feed of [...this.feeds.values()]) if (matches(feed)) await feed.check();
  }
}
