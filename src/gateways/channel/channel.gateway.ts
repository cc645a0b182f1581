import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Forbidden } from '../../common/domain-error.js';
import type { UserId } from '../../common/ids.js';
import { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { MessagesService } from '../../messages/messages.service.js';
import { TypingService } from '../../presence/typing.service.js';
import { Begun } from '../../realtime/begun.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import type { WireEvent } from '../../realtime/wire.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import { CallJoinCommand, connectionIdOf, TypingCommand } from '../shared/commands.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { ChannelAdmission } from './channel.admission.js';
import { ChannelSignalCommand } from './channel.commands.js';
import { ChannelContext } from './channel.context.js';
import type { ChannelConnection } from './channel.context.js';
import { CallParticipantsEvent } from './channel.call-shapes.js';
import type { ChannelTypingEvent } from './channel.event-shapes.js';
import { ChannelReference } from './channel.reference.js';
import { messageEvent, participantFields, senderFields } from './channel.events.js';

/** Messages, typing, presence and WebRTC signaling in a group's channel (protocol section 2). */
@RawGateway('/ws/channel/:channel_id')
@ChannelReference()
export class ChannelGateway implements RawGatewayHooks<ChannelContext> {
  constructor(
    private readonly admission: ChannelAdmission,
    private readonly stream: ConversationStream,
    private readonly messages: MessagesService,
    private readonly typingNotices: TypingService,
    private readonly broadcaster: Broadcaster,
    private readonly signaling: SignalingService,
  ) {}

  parse(request: HandshakeRequest): ChannelContext {
    return ChannelContext.read(request);
  }

  admit(connection: ChannelConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  async departed(connection: ChannelConnection, departure: Departure): Promise<void> {
    try {
      connection.context.leaveCallAudience?.();
      await this.signaling.leaveCall(connection.context.audience, connection.id);
    } finally {
      await this.stream.close(connection, departure);
    }
  }

  @SubscribeMessage('message')
  @WsOperation({
    summary:
      'Stores a message and sends it to everyone in the channel. A repeated `nonce` gives the first message again, to this connection alone.',
    reply: ChangeAckEvent,
  })
  message(@Conn() connection: ChannelConnection, @MessageBody() command: SendMessageDto): Begun<Sent> {
    const sending = this.messages.begin(connection.userId, connection.context.channelId, command);
    return this.stream.sending(connection, sending, (message) => messageEvent(message, true));
  }

  @SubscribeMessage('typing')
  @WsOperation({ summary: 'Tells everyone in the channel that one types; `true` ends by itself after 6 s.' })
  typing(@Conn() connection: ChannelConnection, @MessageBody() command: TypingCommand): Promise<void> {
    const { userId, username } = connection.user;
    const { channelId, audience } = connection.context;
    return this.typingNotices.set(connection.id, command.is_typing, (isTyping) =>
      this.broadcaster.publish(audience, {
        type: 'typing',
        user_id: userId,
        username,
        is_typing: isTyping,
        channel_id: channelId,
      } satisfies ChannelTypingEvent),
    );
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to a user of the channel.' })
  offer(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_offer', command);
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to a user of the channel.' })
  answer(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_answer', command);
  }

  @SubscribeMessage('webrtc_ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to a user of the channel.' })
  candidate(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_ice_candidate', command);
  }

  @SubscribeMessage('call_join')
  @WsOperation({ summary: 'Joins the channel’s call; joining again changes `media`.', reply: CallParticipantsEvent })
  async callJoin(
    @Conn() connection: ChannelConnection,
    @MessageBody() { media = null }: CallJoinCommand,
  ): Promise<WireEvent> {
    requireCalls(connection);
    const { id, user, context } = connection;
    const participant = { userId: user.userId, username: user.username, connectionId: id, media };
    const { order, others } = await this.signaling.joinCall(context.audience, participant);
    return {
      type: 'call_participants',
      channel_id: context.channelId,
      participants: others.map(participantFields),
      order,
    } satisfies CallParticipantsEvent;
  }

  @SubscribeMessage('call_leave')
  @WsOperation({ summary: 'Leaves the channel’s call.' })
  async callLeave(@Conn() connection: ChannelConnection): Promise<void> {
    requireCalls(connection);
    await this.signaling.leaveCall(connection.context.audience, connection.id);
  }

  private signal(connection: ChannelConnection, type: string, command: ChannelSignalCommand): Promise<void> {
    requireCalls(connection);
    const { target_user_id: to, target_connection_id: toConnection, data } = command;
    const event = { type, ...senderFields(connection), data };
    return this.signaling.signal(connection.context.audience, {
      from: connection.id,
      to: to.toLowerCase() as UserId,
      toConnection: connectionIdOf(toConnection),
      event,
    });
  }
}

/** @throws Forbidden in a TEXT channel */
function requireCalls({ context }: ChannelConnection): void {
  if (context.channelType === 'TEXT') throw new Forbidden('Calls need a VOICE or VIDEO channel.');
}
