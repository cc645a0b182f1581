import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { MessagesService } from '../../messages/messages.service.js';
import { TypingService } from '../../presence/typing.service.js';
import { Begun } from '../../realtime/begun.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import { connectionIdOf, SignalCommand, TypingCommand } from '../shared/commands.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { DmAdmission } from './dm.admission.js';
import { DmContext } from './dm.context.js';
import type { DmConnection } from './dm.context.js';
import type { DmTypingEvent } from './dm.event-shapes.js';
import { DmReference } from './dm.reference.js';
import { messageEvent, senderFields } from './dm.events.js';

/** Messages, typing, presence and WebRTC signaling between two users (protocol section 3). */
@RawGateway('/ws/dm/:other_user_id')
@DmReference()
export class DmGateway implements RawGatewayHooks<DmContext> {
  constructor(
    private readonly admission: DmAdmission,
    private readonly stream: ConversationStream,
    private readonly messages: MessagesService,
    private readonly typingNotices: TypingService,
    private readonly broadcaster: Broadcaster,
    private readonly signaling: SignalingService,
  ) {}

  parse(request: HandshakeRequest): DmContext {
    return DmContext.read(request);
  }

  admit(connection: DmConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  departed(connection: DmConnection, departure: Departure): Promise<void> {
    return this.stream.close(connection, departure);
  }

  @SubscribeMessage('dm_message')
  @WsOperation({
    summary:
      'Stores a message and sends it to both sides. A repeated `nonce` gives the first message again, to this connection alone.',
    reply: ChangeAckEvent,
  })
  message(@Conn() connection: DmConnection, @MessageBody() command: SendMessageDto): Begun<Sent> {
    const { conversationId, otherUserId } = connection.context.conversation;
    const sending = this.messages.begin(connection.userId, conversationId, command);
    return this.stream.sending(connection, sending, (message) =>
      messageEvent(message, [connection.userId, otherUserId], true),
    );
  }

  @SubscribeMessage('dm_typing')
  @WsOperation({ summary: 'Tells the other side that one types; `true` ends by itself after 6 s.' })
  typing(@Conn() connection: DmConnection, @MessageBody() command: TypingCommand): Promise<void> {
    const { userId, username } = connection.user;
    const { conversationId } = connection.context.conversation;
    const event = { type: 'dm_typing' as const, user_id: userId, username, conversation_id: conversationId };
    return this.typingNotices.set(connection.id, command.is_typing, (isTyping) =>
      this.broadcaster.publish(connection.context.audience, { ...event, is_typing: isTyping } satisfies DmTypingEvent, {
        exceptUserId: userId,
      }),
    );
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to the other side.' })
  offer(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_offer', command);
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to the other side.' })
  answer(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_answer', command);
  }

  @SubscribeMessage('webrtc_ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to the other side.' })
  candidate(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.signal(connection, 'webrtc_ice_candidate', command);
  }

  private signal(
    connection: DmConnection,
    type: string,
    { target_connection_id: toConnection, data }: SignalCommand,
  ): Promise<void> {
    const { audience, conversation } = connection.context;
    const event = { type, ...senderFields(connection), data };
    return this.signaling.signal(audience, {
      from: connection.id,
      to: conversation.otherUserId,
      toConnection: connectionIdOf(toConnection),
      event,
    });
  }
}
