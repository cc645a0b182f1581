import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import type { Json } from '../cluster/cluster.js';
import { PeriodicCheck } from '../cluster/periodic-check.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { deepFreeze } from '../common/deep-freeze.js';
import type { ConversationId } from '../common/ids.js';
import { ConversationReader } from './internal/conversation-reader.js';
import { LogSource } from './internal/log-source.js';
import { FeedSubscriber, FeedSubscription } from './feed-subscription.js';
import type { Change } from './message.js';

/** Gets changes of one log that were committed together, frozen. */
export type CommitListener = (conversationId: ConversationId, changes: readonly Change[]) => void;

const HEAD_CHECK_CHUNK = 1000;

/**
 * The live stream of the logs: on each node one reader per conversation with local subscribers delivers its changes in
 * order, without a hole, also when the backplane loses, doubles or reorders notifications.
 */
@Injectable()
export class ConversationFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly readers = new Map<ConversationId, ConversationReader>();
  private readonly headCheck: PeriodicCheck;
  private readonly commitListeners = new Set<CommitListener>();

  constructor(
    private readonly cluster: Cluster,
    private readonly source: LogSource,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {
    this.headCheck = new PeriodicCheck({
      backplane: cluster.backplane,
      clock,
      tasks,
      name: 'head check',
      check: () => this.checkHeads(),
    });
  }

  onApplicationBootstrap(): void {
    this.headCheck.start();
  }

  beforeApplicationShutdown(): void {
    this.headCheck.stop();
  }

  /**
   * Attaches a subscriber, who gets nothing until it is released with the head of a snapshot that it read after this
   * has resolved: then it gets every later change, in order (attach, read, release: nothing is missed or doubled).
   */
  async attach(conversationId: ConversationId, subscriber: FeedSubscriber): Promise<FeedSubscription> {
    const reader = this.readers.get(conversationId) ?? this.open(conversationId);
    const subscription = reader.add(subscriber);
    try {
      await reader.ready;
    } catch (error) {
      subscription.detach();
      throw error;
    }
    return subscription;
  }

  /**
   * Tells every node of changes of one log that were committed together, which are frozen from now on. The caller's answer
   * does not wait for it.
   */
  announce(conversationId: ConversationId, changes: readonly Change[]): void {
    this.tasks.run('announce changes', () =>
      this.cluster.topics.publish(topicOf(conversationId), deepFreeze(changes) as unknown as Json),
    );
    for (const listener of this.commitListeners) listener(conversationId, changes);
  }

  /**
   * Tells of the changes that this node commits, of all logs, once: a node that dies may have committed what nobody is
   * told of here. The listener must not throw, and must not keep the sender waiting. Returns its own undo.
   */
  onCommitted(listener: CommitListener): Cancel {
    this.commitListeners.add(listener);
    return () => {
      this.commitListeners.delete(listener);
    };
  }

  /** Compares every reader's position with its log's head, and catches up where a notification was lost. */
  async checkHeads(): Promise<void> {
    const ids = [...this.readers.keys()];
    for (let from = 0; from < ids.length; from += HEAD_CHECK_CHUNK) {
      const chunk = ids.slice(from, from + HEAD_CHECK_CHUNK);
      const heads = new Map((await this.source.heads(chunk)).map((head) => [head.id, head]));
      for (const id of chunk) {
        const head = heads.get(id);
        if (head) this.readers.get(id)?.compare(head);
        else this.readers.get(id)?.end();
      }
    }
  }

  private open(conversationId: ConversationId): ConversationReader {
    const reader = new ConversationReader(conversationId, {
      source: this.source,
      clock: this.clock,
      tasks: this.tasks,
      subscribe: (listener) =>
        this.cluster.topics.subscribe(topicOf(conversationId), (message) => {
          listener(message as unknown as readonly Change[]);
        }),
      onEmpty: (empty) => {
        this.close(empty);
      },
    });
    this.readers.set(conversationId, reader);
    // A reader that could not start serves nobody: the next subscriber tries with a new one.
    reader.ready.catch(() => {
      this.close(reader);
    });
    return reader;
  }

  private close(reader: ConversationReader): void {
    if (this.readers.get(reader.conversationId) === reader) this.readers.delete(reader.conversationId);
    reader.close();
  }
}

function topicOf(conversationId: ConversationId): string {
  return `log:${conversationId}`;
}
