import { BeforeApplicationShutdown, Injectable, OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Cluster } from '../cluster/cluster.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { NotFound, Unavailable } from '../common/domain-error.js';
import type { ConversationId, GroupId, UserId } from '../common/ids.js';
import { PacedNews } from '../common/paced-news.js';
import { ConversationFeed } from '../messages/conversation-feed.js';
import type { Change, MessageState } from '../messages/message.js';
import { Concerned } from './internal/concerned.js';
import type { Place } from './internal/concerned.js';
import { messageNotification } from './internal/message-notification.js';
import { Pushes } from './pushes.js';
import { activityTopic } from './user-topics.js';

/** What is known of conversations, which never changes. */
const PLACES_LIMIT = 10_000;

/**
 * Tells the people concerned of the messages that this node commits: the other side of a direct conversation, who is mentioned,
 * whose message is answered; and the nodes with members of a channel's group where its log stands, at most once a second.
 * Nothing here costs a query or a frame for each message and member.
 */
@Injectable()
export class MessageNews implements OnModuleInit, BeforeApplicationShutdown {
  private readonly places = new LRUCache<ConversationId, Place>({ max: PLACES_LIMIT });
  private readonly activity: PacedNews<ConversationId, { groupId: GroupId; lastSeq: number }>;
  private stop: Cancel = () => undefined;

  constructor(
    private readonly feed: ConversationFeed,
    private readonly concerned: Concerned,
    private readonly pushes: Pushes,
    private readonly cluster: Cluster,
    private readonly tasks: BackgroundTasks,
    clock: Clock,
  ) {
    this.activity = new PacedNews(clock, (news) => {
      this.tellNodes(news);
    });
  }

  onModuleInit(): void {
    this.stop = this.feed.onCommitted((conversationId, changes) => {
      const place = this.places.get(conversationId);
      if (place) this.take(conversationId, place, changes);
      else this.tasks.run('news of messages', () => this.find(conversationId, changes));
    });
  }

  beforeApplicationShutdown(): void {
    this.stop();
    this.activity.stop();
  }

  private async find(conversationId: ConversationId, changes: readonly Change[]): Promise<void> {
    try {
      const place = this.places.get(conversationId) ?? (await this.concerned.placeOf(conversationId));
      this.places.set(conversationId, place);
      this.take(conversationId, place, changes);
    } catch (error) {
      // It is gone, or Postgres is away, which others tell: pushes are hints.
      if (!(error instanceof NotFound) && !(error instanceof Unavailable)) throw error;
    }
  }

  private take(conversationId: ConversationId, place: Place, changes: readonly Change[]): void {
    const { groupId } = place;
    const last = changes.at(-1);
    if (groupId !== null && last) this.activity.add(conversationId, { groupId, lastSeq: last.rev });
    for (const { rev, message } of changes) {
      // A call's entry is told as a call, and a later change is no news.
      if (rev === message.seq && message.kind === 'message' && !message.unreadable) this.tellOf(message, place);
    }
  }

  private tellOf(message: MessageState, place: Place): void {
    const { senderId, replyToId, mentions } = message;
    const told = new Set<UserId>([senderId]);
    const tell = (kind: 'dm' | 'mention' | 'reply', userId: UserId) => {
      if (told.has(userId)) return;
      told.add(userId);
      this.tasks.run('notify', () => this.pushes.toUser(userId, messageNotification(kind, message, place)));
    };
    for (const side of place.sides) tell('dm', side);
    for (const userId of mentions) tell('mention', userId);
    if (replyToId === null || place.groupId === null) return;
    this.tasks.run('notify of a reply', async () => {
      const author = await this.concerned.authorOf(senderId, replyToId);
      if (author !== undefined) tell('reply', author);
    });
  }

  private tellNodes(news: ReadonlyMap<ConversationId, { groupId: GroupId; lastSeq: number }>): void {
    const byGroup = new Map<GroupId, [ConversationId, number][]>();
    for (const [id, { groupId, lastSeq }] of news) {
      const heads = byGroup.get(groupId);
      if (heads) heads.push([id, lastSeq]);
      else byGroup.set(groupId, [[id, lastSeq]]);
    }
    for (const [groupId, heads] of byGroup)
      this.tasks.run('tell of activity', () => this.cluster.topics.publish(activityTopic(groupId), heads));
  }
}
