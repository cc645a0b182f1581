import { Injectable } from '@nestjs/common';
import { Forbidden } from '../../common/domain-error.js';
import type { UserId } from '../../common/ids.js';
import type { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { MessagesService } from '../../messages/messages.service.js';
import { TypingService } from '../../presence/typing.service.js';
import type { Begun } from '../../realtime/begun.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireEvent } from '../../realtime/wire.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import { connectionIdOf } from '../shared/commands.js';
import type { CallJoinCommand, TypingCommand } from '../shared/commands.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import type { CallParticipantsEvent } from './channel.call-shapes.js';
import type { ChannelSignalCommand } from './channel.commands.js';
import type { ChannelSeat } from './channel.context.js';
import type { ChannelTypingEvent } from './channel.event-shapes.js';
import { messageEvent, participantFields, senderFields } from './channel.events.js';

/** What a client may do in a channel that it has a seat in, whichever gateway its commands come by (protocol section 2). */
@Injectable()
export class ChannelActions {
  constructor(
    private readonly stream: ConversationStream,
    private readonly messages: MessagesService,
    private readonly typingNotices: TypingService,
    private readonly broadcaster: Broadcaster,
    private readonly signaling: SignalingService,
  ) {}

  message(seat: ChannelSeat, command: SendMessageDto): Begun<Sent> {
    const sending = this.messages.begin(seat.userId, seat.context.channelId, command);
    return this.stream.sending(seat, sending, (message) => messageEvent(message, true));
  }

  typing({ user, context }: ChannelSeat, { is_typing }: TypingCommand): Promise<void> {
    const { userId: user_id, username } = user;
    const { channelId: channel_id, audience } = context;
    return this.typingNotices.set(context, is_typing, (isTyping) => {
      const event = { type: 'typing' as const, user_id, username, is_typing: isTyping, channel_id };
      return this.broadcaster.publish(audience, event satisfies ChannelTypingEvent);
    });
  }

  /** @throws Forbidden in a TEXT channel, TargetNotFound */
  signal(seat: ChannelSeat, type: string, command: ChannelSignalCommand): Promise<void> {
    requireCalls(seat);
    const { target_user_id: to, target_connection_id: toConnection, data } = command;
    const event = { type, ...senderFields(seat), data };
    return this.signaling.signal(seat.context.audience, {
      from: seat.id,
      to: to.toLowerCase() as UserId,
      toConnection: connectionIdOf(toConnection),
      event,
    });
  }

  /** @throws Forbidden in a TEXT channel, RoomFull */
  async callJoin(seat: ChannelSeat, { media = null }: CallJoinCommand): Promise<WireEvent> {
    requireCalls(seat);
    const { id, user, context } = seat;
    const participant = { userId: user.userId, username: user.username, connectionId: id, media };
    const { order, others } = await this.signaling.joinCall(context.audience, participant);
    return {
      type: 'call_participants',
      channel_id: context.channelId,
      participants: others.map(participantFields),
      order,
    } satisfies CallParticipantsEvent;
  }

  /** @throws Forbidden in a TEXT channel */
  async callLeave(seat: ChannelSeat): Promise<void> {
    requireCalls(seat);
    await this.signaling.leaveCall(seat.context.audience, seat.id);
  }

  /** Ends whatever the seat holds, however far its admission came. */
  async leave(seat: ChannelSeat, departure: Departure): Promise<void> {
    try {
      seat.context.leaveCallAudience?.();
      await this.signaling.leaveCall(seat.context.audience, seat.id);
    } finally {
      await this.stream.close(seat, departure);
    }
  }
}

function requireCalls({ context }: ChannelSeat): void {
  if (context.channelType === 'TEXT') throw new Forbidden('Calls need a VOICE or VIDEO channel.');
}
