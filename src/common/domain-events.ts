import { Injectable, Logger } from '@nestjs/common';
import { Cancel } from './clock.js';
import { CallId, ConnectionId, ConversationId, GroupId, SessionId, UserId } from './ids.js';

/** The last four are ends, and what the log says of the call then. */
export type CallPhase = 'ringing' | 'accepted' | 'ended' | 'declined' | 'cancelled' | 'missed';

/** A call of a direct conversation as it is now; times as ISO texts. */
export interface CallFacts {
  callId: CallId;
  conversationId: ConversationId;
  callerId: UserId;
  callerName: string;
  calleeId: UserId;
  /** JSON, as the caller gave it. */
  media: unknown;
  phase: CallPhase;
  startedAt: string;
  /** Until then it rings. */
  expiresAt: string;
  acceptedAt: string | null;
  /** The connection that accepted it. */
  acceptedBy: ConnectionId | null;
  endedAt: string | null;
}

/** What has happened, as facts and ids. Published after the commit; what must not be lost is a row, never only an event. */
export interface DomainEventMap {
  'user.renamed': { userId: UserId; username: string };
  'session.revoked': { sessionIds: SessionId[]; userId: UserId; reason: string };
  'group.member_joined': { groupId: GroupId; userId: UserId };
  /** `conversationIds`: the group's channels at the time of the removal. */
  'group.member_removed': { groupId: GroupId; userId: UserId; conversationIds: ConversationId[] };
  /** The role itself is not here: two changes may be told in either order, so a listener asks for the present one. */
  'group.member_role_changed': { groupId: GroupId; userId: UserId; conversationIds: ConversationId[] };
  'group.deleted': { groupId: GroupId; conversationIds: ConversationId[] };
  /** Who may be in a room, a meeting or a call is decided anew: whoever holds seats in it asks again. */
  'room.access_changed': { kind: 'room' | 'meeting' | 'call'; roomId: string };
  /** What a meeting's host decides has changed: whoever has peers in it reads it again. */
  'meeting.changed': { roomId: string };
  /** It may be told again, or late: a call goes on from `ringing` to `accepted` to one of its ends, and never back. */
  'call.changed': CallFacts;
  'channel.created': { groupId: GroupId; conversationId: ConversationId };
  'channel.updated': { groupId: GroupId; conversationId: ConversationId };
  'group.updated': { groupId: GroupId };
  /** The pointer may have moved back, too. */
  'conversation.read': { conversationId: ConversationId; userId: UserId; lastReadSeq: number };
  'user.blocked': { blockerId: UserId; blockedId: UserId };
  'user.unblocked': { blockerId: UserId; blockedId: UserId };
  'channel.deleted': { groupId: GroupId; conversationId: ConversationId };
}

type Listener<K extends keyof DomainEventMap> = (event: DomainEventMap[K]) => void | Promise<void>;

/** Takes what was published here further; must not throw, and must not wait for anything. */
export type Relay = <K extends keyof DomainEventMap>(name: K, event: DomainEventMap[K]) => void;

/**
 * Tells the listeners of this node, and by the relay those of the others, at most once. Each node's listeners look after
 * what that node holds: what is to be done once for all nodes belongs to the publisher.
 */
@Injectable()
export class DomainEvents {
  private readonly logger = new Logger(DomainEvents.name);
  private relay: Relay = () => undefined;
  private readonly listeners = new Map<keyof DomainEventMap, Set<Listener<never>>>();

  /** Returns its own undo. */
  on<K extends keyof DomainEventMap>(name: K, listener: Listener<K>): Cancel {
    const set = this.listeners.get(name) ?? new Set();
    set.add(listener);
    this.listeners.set(name, set);
    return () => {
      set.delete(listener);
    };
  }

  /** One relay at most, in place of the one before. */
  relayBy(relay: Relay): void {
    this.relay = relay;
  }

  /** Resolves when every listener of this node has finished; the other nodes are told meanwhile, and not waited for. */
  async publish<K extends keyof DomainEventMap>(name: K, event: DomainEventMap[K]): Promise<void> {
    this.relay(name, event);
    await this.tellHere(name, event);
  }

  /**
   * What another node has published, or what this one has found out by itself. Resolves when every listener of this node
   * has finished. A listener that fails is logged; the others, and the caller, go on.
   */
  async tellHere<K extends keyof DomainEventMap>(name: K, event: DomainEventMap[K]): Promise<void> {
    const set = this.listeners.get(name) as Set<Listener<K>> | undefined;
    const outcomes = await Promise.allSettled([...(set ?? [])].map(async (listener) => listener(event)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        this.logger.error({ msg: 'event listener failed', event: name, err: outcome.reason as unknown });
    }
  }
}
