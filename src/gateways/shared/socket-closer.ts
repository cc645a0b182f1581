import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Cancel } from '../../common/clock.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { ConversationId, UserId } from '../../common/ids.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { ConnectionRegistry } from '../../realtime/connection-registry.js';
import { ConversationContext } from './conversation-context.js';
import { SeveralSeats } from './several-seats.js';

/**
 * Closes the sockets of those who may not stay: the end of a session, a removal, a deleted channel or group. The
 * publisher answers its caller after this, so nobody is told of a removal whose sockets are still open here.
 */
@Injectable()
export class SocketCloser implements OnModuleInit, OnApplicationShutdown {
  private stops: Cancel[] = [];

  constructor(
    private readonly events: DomainEvents,
    private readonly registry: ConnectionRegistry,
  ) {}

  onModuleInit(): void {
    this.stops = [
      this.events.on('session.revoked', ({ userId, sessionIds }) => {
        this.registry.closeSessions(userId, sessionIds);
      }),
      this.events.on('group.member_removed', ({ userId, conversationIds }) => {
        this.closeIn(conversationIds, [userId], 'removed from the group');
      }),
      this.events.on('group.deleted', ({ conversationIds }) => {
        this.closeIn(conversationIds, this.registry.users(), 'the group was deleted');
      }),
      this.events.on('channel.deleted', ({ conversationId }) => {
        this.closeIn([conversationId], this.registry.users(), 'the channel was deleted');
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Ends the users' places in these conversations: a socket of one with it, a user socket's subscription alone. */
  private closeIn(conversationIds: readonly ConversationId[], userIds: readonly UserId[], reason: string): void {
    const ids = new Set(conversationIds);
    for (const userId of userIds)
      for (const connection of this.registry.ofUser(userId)) {
        const { context } = connection;
        if (context instanceof SeveralSeats) {
          for (const id of ids) context.seatIn(id)?.close(CloseCode.Forbidden, reason);
        } else if (context instanceof ConversationContext && ids.has(context.conversationId as ConversationId)) {
          connection.close(CloseCode.Forbidden, reason);
        }
      }
  }
}
