import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { DomainEventMap, DomainEvents } from '../common/domain-events.js';
import { CallId, ConnectionId, ConversationId, GroupId, Ids, parseId, SessionId, UserId } from '../common/ids.js';
import { Cluster, Json } from './cluster.js';

const TOPIC = 'domain-events';
const SUBSCRIBE_AGAIN_MS = 1000;

const id = <T extends NonNullable<ReturnType<typeof parseId>>>() => z.custom<T>((value) => parseId(value) === value);
const userId = id<UserId>();
const groupId = id<GroupId>();
const conversationIds = z.array(id<ConversationId>());

/** Which events the other nodes must act on, and what they look like. A new event does not compile until it is decided. */
const SHAPES = {
  // Each node's connections speak under the name that they were opened with.
  'user.renamed': z.object({ userId, username: z.string() }),
  // A session's sockets may be on any node.
  'session.revoked': z.object({ sessionIds: z.array(id<SessionId>()), userId, reason: z.string() }),
  // The devices of who is told of a group's people and channels may be on any node.
  'group.member_joined': z.object({ groupId, userId }),
  'group.updated': z.object({ groupId }),
  'channel.created': z.object({ groupId, conversationId: id<ConversationId>() }),
  'channel.updated': z.object({ groupId, conversationId: id<ConversationId>() }),
  'conversation.read': z.object({ conversationId: id<ConversationId>(), userId, lastReadSeq: z.number() }),
  'user.blocked': z.object({ blockerId: userId, blockedId: userId }),
  'user.unblocked': z.object({ blockerId: userId, blockedId: userId }),
  // The sockets of who has been removed, or of what has been deleted, may be on any node; so may those that hold a role.
  'group.member_removed': z.object({ groupId, userId, conversationIds }),
  'group.member_role_changed': z.object({ groupId, userId, conversationIds }),
  'group.deleted': z.object({ groupId, conversationIds }),
  // It rings on every device, whatever node that is on.
  'call.changed': z.object({
    callId: id<CallId>(),
    conversationId: id<ConversationId>(),
    callerId: userId,
    callerName: z.string(),
    calleeId: userId,
    media: z.unknown(),
    phase: z.enum(['ringing', 'accepted', 'ended', 'declined', 'cancelled', 'missed']),
    startedAt: z.string(),
    expiresAt: z.string(),
    acceptedAt: z.string().nullable(),
    acceptedBy: id<ConnectionId>().nullable(),
    endedAt: z.string().nullable(),
  }),
  'channel.deleted': z.object({ groupId, conversationId: id<ConversationId>() }),
  // Who may no longer be in a room may have their seat on any node.
  'room.access_changed': z.object({ kind: z.enum(['room', 'meeting', 'call']), roomId: z.string() }),
  // A meeting's peers may be on any node.
  'meeting.changed': z.object({ roomId: z.string() }),
} satisfies { [K in keyof DomainEventMap]: z.ZodType<DomainEventMap[K]> };

const ENVELOPE = z.object({ from: z.string(), name: z.string(), event: z.unknown() });

/**
 * Carries domain events to the other nodes, where listeners get them as they would have on this one. At most once: it makes
 * the nodes quick to act, and each of them looks at what Postgres says all the same (`SessionWatch`, the logs' head check).
 */
@Injectable()
export class EventBridge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(EventBridge.name);
  private readonly nodeId: string;
  private stop: Cancel = () => undefined;
  private stopped = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly events: DomainEvents,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
    ids: Ids,
  ) {
    this.nodeId = ids.next();
  }

  /** A node that cannot subscribe yet starts all the same. */
  async onApplicationBootstrap(): Promise<void> {
    this.events.relayBy((name, event) => {
      this.send(name, event);
    });
    await this.subscribe();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    this.stop();
  }

  private async subscribe(): Promise<void> {
    try {
      this.stop = await this.cluster.topics.subscribe(TOPIC, (message) => {
        this.receive(message);
      });
    } catch (err) {
      this.logger.warn({ msg: 'events of other nodes do not arrive yet', err });
      this.stop = this.clock.after(SUBSCRIBE_AGAIN_MS, () => void this.subscribe());
    }
    if (this.stopped) this.stop();
  }

  private send<K extends keyof DomainEventMap>(name: K, event: DomainEventMap[K]): void {
    const message = { from: this.nodeId, name, event: event as unknown as Json };
    this.tasks.run('tell other nodes', () => this.cluster.topics.publish(TOPIC, message));
  }

  private receive(message: Json): void {
    const envelope = ENVELOPE.safeParse(message);
    if (!envelope.success) this.ignore(undefined);
    else if (envelope.data.from !== this.nodeId) this.tell(envelope.data.name, envelope.data.event);
  }

  private tell(name: string, message: unknown): void {
    if (!isShaped(name)) {
      this.ignore(name);
      return;
    }
    const event = SHAPES[name].safeParse(message);
    if (event.success) this.tasks.run('event of another node', () => this.events.tellHere(name, event.data));
    else this.ignore(name);
  }

  /** A node of another version may know other events. */
  private ignore(name: string | undefined): void {
    this.logger.warn({ msg: 'event of another node is not understood', event: name });
  }
}

function isShaped(name: string): name is keyof DomainEventMap {
  return Object.hasOwn(SHAPES, name);
}
