import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Cancel } from '../../common/clock.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { ConversationId } from '../../common/ids.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { ConnectionRegistry } from '../../realtime/connection-registry.js';
import type { ClientConnection } from '../../realtime/client-connection.js';
import { ConversationContext } from './conversation-context.js';

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
        this.registry.closeOf(userId, isIn(conversationIds), CloseCode.Forbidden, 'removed from the group');
      }),
      this.events.on('group.deleted', ({ conversationIds }) => {
        this.registry.closeAll(isIn(conversationIds), CloseCode.Forbidden, 'the group was deleted');
      }),
      this.events.on('channel.deleted', ({ conversationId }) => {
        this.registry.closeAll(isIn([conversationId]), CloseCode.Forbidden, 'the channel was deleted');
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }
}

function isIn(conversationIds: readonly ConversationId[]): (connection: ClientConnection) => boolean {
  const ids = new Set(conversationIds);
  return ({ context }) => {
    if (!(context instanceof ConversationContext) || context.conversationId === undefined) return false;
    return ids.has(context.conversationId);
  };
}
