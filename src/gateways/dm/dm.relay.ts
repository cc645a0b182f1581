import { Injectable } from '@nestjs/common';
import { TypingService } from '../../presence/typing.service.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import { connectionIdOf } from '../shared/commands.js';
import type { SignalCommand } from '../shared/commands.js';
import type { DmSeat } from './dm.context.js';
import type { DmTypingEvent } from './dm.event-shapes.js';
import { senderFields } from './dm.events.js';

/** What goes from one side of a direct conversation to the other and is never stored. */
@Injectable()
export class DmRelay {
  constructor(
    private readonly typingNotices: TypingService,
    private readonly broadcaster: Broadcaster,
    private readonly signaling: SignalingService,
  ) {}

  typing(seat: DmSeat, isTyping: boolean): Promise<void> {
    const { userId, username } = seat.user;
    const { conversationId } = seat.context.conversation;
    const event = { type: 'dm_typing' as const, user_id: userId, username, conversation_id: conversationId };
    return this.typingNotices.set(seat.context, isTyping, (is_typing) =>
      this.broadcaster.publish(seat.context.audience, { ...event, is_typing } satisfies DmTypingEvent, {
        exceptUserId: userId,
      }),
    );
  }

  /** @throws TargetNotFound */
  signal(seat: DmSeat, type: string, { target_connection_id: toConnection, data }: SignalCommand): Promise<void> {
    const { audience, conversation } = seat.context;
    const event = { type, ...senderFields(seat), data };
    return this.signaling.signal(audience, {
      from: seat.id,
      to: conversation.otherUserId,
      toConnection: connectionIdOf(toConnection),
      event,
    });
  }
}
