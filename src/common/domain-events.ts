import { Injectable, Logger } from '@nestjs/common';
import { Cancel } from './clock.js';
import { ConversationId, GroupId, SessionId, UserId } from './ids.js';

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
  'channel.deleted': { groupId: GroupId; conversationId: ConversationId };
}

type Listener<K extends keyof DomainEventMap> = (event: DomainEventMap[K]) => void | Promise<void>;

@Injectable()
export class DomainEvents {
  private readonly logger = new Logger(DomainEvents.name);
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

  /** Resolves when every listener has finished. A listener that fails is logged; the others, and the publisher, go on. */
  async publish<K extends keyof DomainEventMap>(name: K, event: DomainEventMap[K]): Promise<void> {
    const set = this.listeners.get(name) as Set<Listener<K>> | undefined;
    const outcomes = await Promise.allSettled([...(set ?? [])].map(async (listener) => listener(event)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        this.logger.error({ msg: 'event listener failed', event: name, err: outcome.reason as unknown });
    }
  }
}
