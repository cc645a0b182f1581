import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import type { Sent } from '../../messages/message.js';
import { Begun } from '../../realtime/begun.js';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import type { WireEvent } from '../../realtime/wire.js';
import { SignalCommand, TypingCommand } from '../shared/commands.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { DmActions } from './dm.actions.js';
import { DmAdmission } from './dm.admission.js';
import { DmCallBusyEvent, DmCallInviteAckEvent } from './dm.call-shapes.js';
import { CallCommand, CallInviteCommand } from './dm.commands.js';
import { DmContext } from './dm.context.js';
import type { DmConnection } from './dm.context.js';
import { DmReference } from './dm.reference.js';

/** Messages, typing, presence, calls and WebRTC signaling between two users (protocol section 3). */
@RawGateway('/ws/dm/:other_user_id')
@DmReference()
export class DmGateway implements RawGatewayHooks<DmContext> {
  constructor(
    private readonly admission: DmAdmission,
    private readonly actions: DmActions,
  ) {}

  parse(request: HandshakeRequest): DmContext {
    return DmContext.read(request);
  }

  admit(connection: DmConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  departed(connection: DmConnection, departure: Departure): Promise<void> {
    return this.actions.leave(connection, departure);
  }

  @SubscribeMessage('dm_message')
  @WsOperation({
    summary:
      'Stores a message and sends it to both sides. A repeated `nonce` gives the first message again, to this connection alone.',
    reply: ChangeAckEvent,
  })
  message(@Conn() connection: DmConnection, @MessageBody() command: SendMessageDto): Begun<Sent> {
    return this.actions.message(connection, command);
  }

  @SubscribeMessage('dm_typing')
  @WsOperation({ summary: 'Tells the other side that one types; `true` ends by itself after 6 s.' })
  typing(@Conn() connection: DmConnection, @MessageBody() command: TypingCommand): Promise<void> {
    return this.actions.relay.typing(connection, command.is_typing);
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to the other side.' })
  offer(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.actions.relay.signal(connection, 'webrtc_offer', command);
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to the other side.' })
  answer(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.actions.relay.signal(connection, 'webrtc_answer', command);
  }

  @SubscribeMessage('webrtc_ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to the other side.' })
  candidate(@Conn() connection: DmConnection, @MessageBody() command: SignalCommand): Promise<void> {
    return this.actions.relay.signal(connection, 'webrtc_ice_candidate', command);
  }

  @SubscribeMessage('call_invite')
  @WsOperation({
    summary: 'Rings on all devices of the other side for 45 s, at most ten times a minute in a conversation.',
    reply: DmCallInviteAckEvent,
    otherwise: DmCallBusyEvent,
  })
  callInvite(@Conn() connection: DmConnection, @MessageBody() { media }: CallInviteCommand): Promise<WireEvent> {
    return this.actions.calls.invite(connection, media);
  }

  @SubscribeMessage('call_accept')
  @WsOperation({
    summary:
      'Accepts a call on this connection. The callee alone may; of several devices one gets it, and `conflict` the others.',
  })
  callAccept(@Conn() connection: DmConnection, @MessageBody() { call_id }: CallCommand): Promise<void> {
    return this.actions.calls.accept(connection, call_id);
  }

  @SubscribeMessage('call_decline')
  @WsOperation({ summary: 'Declines a call that rings. The callee alone may.', reply: ChangeAckEvent })
  callDecline(@Conn() connection: DmConnection, @MessageBody() { call_id }: CallCommand): Promise<WireEvent> {
    return this.actions.calls.finish(connection, call_id, 'decline');
  }

  @SubscribeMessage('call_cancel')
  @WsOperation({ summary: 'Takes back a call that rings. The caller alone may.', reply: ChangeAckEvent })
  callCancel(@Conn() connection: DmConnection, @MessageBody() { call_id }: CallCommand): Promise<WireEvent> {
    return this.actions.calls.finish(connection, call_id, 'cancel');
  }

  @SubscribeMessage('call_end')
  @WsOperation({ summary: 'Ends a call that was accepted. Either side may, on any device.', reply: ChangeAckEvent })
  callEnd(@Conn() connection: DmConnection, @MessageBody() { call_id }: CallCommand): Promise<WireEvent> {
    return this.actions.calls.finish(connection, call_id, 'end');
  }
}
