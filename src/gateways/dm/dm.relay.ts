import { Injectable } from '@nestjs/common';
import { TypingService } from '../../presence/typing.service.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import { BlocksService } from '../../users/blocks.service.js';
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
    private readonly blocks: BlocksService,
  ) {}

  /** @throws Blocked */
  async typing(seat: DmSeat, isTyping: boolean): Promise<void> {
    const { userId, username } = seat.user;
    const { conversationId, otherUserId } = seat.context.conversation;
    if (isTyping) await this.blocks.requireNone(userId, otherUserId);
    const event = { type: 'dm_typing' as const, user_id: userId, username, conversation_id: conversationId };
    await this.typingNotices.set(seat.context, isTyping, (is_typing) =>
      this.broadcaster.publish(seat.context.audience, { ...event, is_typing } satisfies DmTypingEvent, {
        exceptUserId: userId,
      }),
    );
  }

  /** Nothing begins without an offer, so that the others need not be looked at. @throws TargetNotFound, Blocked */
  async signal(seat: DmSeat, type: string, { target_connection_id: toConnection, data }: SignalCommand): Promise<void> {
    const { audience, conversation } = seat.context;
    const event = { type, ...senderFields(seat), data };
    if (type === 'webrtc_offer') await this.blocks.requireNone(seat.user.userId, conversation.otherUserId);
    await this.signaling.signal(audience, {
      from: seat.id,
      to: conversation.otherUserId,
      toConnection: connectionIdOf(toConnection),
      event,
    });
  }
}
