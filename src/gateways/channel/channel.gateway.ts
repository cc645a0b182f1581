import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { Begun } from '../../realtime/begun.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import type { WireEvent } from '../../realtime/wire.js';
import { CallJoinCommand, TypingCommand } from '../shared/commands.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { ChannelActions } from './channel.actions.js';
import { ChannelAdmission } from './channel.admission.js';
import { ChannelSignalCommand } from './channel.commands.js';
import { ChannelContext } from './channel.context.js';
import type { ChannelConnection } from './channel.context.js';
import { CallParticipantsEvent } from './channel.call-shapes.js';
import { ChannelReference } from './channel.reference.js';

/** Messages, typing, presence and WebRTC signaling in a group's channel (protocol section 2). */
@RawGateway('/ws/channel/:channel_id')
@ChannelReference()
export class ChannelGateway implements RawGatewayHooks<ChannelContext> {
  constructor(
    private readonly admission: ChannelAdmission,
    private readonly actions: ChannelActions,
  ) {}

  parse(request: HandshakeRequest): ChannelContext {
    return ChannelContext.read(request);
  }

  admit(connection: ChannelConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  departed(connection: ChannelConnection, departure: Departure): Promise<void> {
    return this.actions.leave(connection, departure);
  }

  @SubscribeMessage('message')
  @WsOperation({
    summary:
      'Stores a message and sends it to everyone in the channel. A repeated `nonce` gives the first message again, to this connection alone.',
    reply: ChangeAckEvent,
  })
  message(@Conn() connection: ChannelConnection, @MessageBody() command: SendMessageDto): Begun<Sent> {
    return this.actions.message(connection, command);
  }

  @SubscribeMessage('typing')
  @WsOperation({ summary: 'Tells everyone in the channel that one types; `true` ends by itself after 6 s.' })
  typing(@Conn() connection: ChannelConnection, @MessageBody() command: TypingCommand): Promise<void> {
    return this.actions.typing(connection, command);
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to a user of the channel.' })
  offer(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.actions.signal(connection, 'webrtc_offer', command);
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to a user of the channel.' })
  answer(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.actions.signal(connection, 'webrtc_answer', command);
  }

  @SubscribeMessage('webrtc_ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to a user of the channel.' })
  candidate(@Conn() connection: ChannelConnection, @MessageBody() command: ChannelSignalCommand): Promise<void> {
    return this.actions.signal(connection, 'webrtc_ice_candidate', command);
  }

  @SubscribeMessage('call_join')
  @WsOperation({ summary: 'Joins the channel’s call; joining again changes `media`.', reply: CallParticipantsEvent })
  callJoin(@Conn() connection: ChannelConnection, @MessageBody() command: CallJoinCommand): Promise<WireEvent> {
    return this.actions.callJoin(connection, command);
  }

  @SubscribeMessage('call_leave')
  @WsOperation({ summary: 'Leaves the channel’s call.' })
  callLeave(@Conn() connection: ChannelConnection): Promise<void> {
    return this.actions.callLeave(connection);
  }
}
