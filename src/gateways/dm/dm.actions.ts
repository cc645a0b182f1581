import { Injectable } from '@nestjs/common';
import type { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { MessagesService } from '../../messages/messages.service.js';
import type { Begun } from '../../realtime/begun.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { DmCalls } from './dm.calls.js';
import type { DmSeat } from './dm.context.js';
import { messageEvent } from './dm.events.js';
import { DmRelay } from './dm.relay.js';

/** What a client may do in a direct conversation that it has a seat in, whichever gateway its commands come by (section 3). */
@Injectable()
export class DmActions {
  constructor(
    private readonly stream: ConversationStream,
    private readonly messages: MessagesService,
    readonly relay: DmRelay,
    readonly calls: DmCalls,
  ) {}

  message(seat: DmSeat, command: SendMessageDto): Begun<Sent> {
    const { userId, context } = seat;
    const { conversationId, otherUserId } = context.conversation;
    const sending = this.messages.begin(userId, conversationId, command);
    return this.stream.sending(seat, sending, (message) => messageEvent(message, [userId, otherUserId], true));
  }

  /** Ends whatever the seat holds, however far its admission came. */
  async leave(seat: DmSeat, departure: Departure): Promise<void> {
    await Promise.all([this.calls.leave(seat, departure), this.stream.close(seat, departure)]);
  }
}
