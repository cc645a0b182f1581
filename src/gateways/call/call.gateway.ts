import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Clock } from '../../common/clock.js';
import { Conn } from '../../realtime/raw-gateway.js';
import { SocketGateway } from '../../realtime/socket-gateway.js';
import type { SocketFailure, SocketGatewayHooks } from '../../realtime/socket-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import {
  CallAnswerCommand,
  CallIceCandidateCommand,
  CallJoinRoomCommand,
  CallLeaveRoomCommand,
  CallOfferCommand,
} from './call.commands.js';
import { CallContext } from './call.context.js';
import type { CallConnection } from './call.context.js';
import { CallRoomJoinedEvent, CallRoomLeftEvent } from './call.event-shapes.js';
import type { CallSignalingErrorEvent } from './call.event-shapes.js';
import { mediaFields } from './call.events.js';
import { callFailure } from './call.failures.js';
import { CallGroups } from './call.groups.js';
import { CallReference } from './call.reference.js';
import { CallRooms } from './call.rooms.js';

/** Call rooms over Socket.IO (protocol section 7.1). */
@SocketGateway({ namespaces: '/' })
@CallReference()
export class CallGateway implements SocketGatewayHooks<CallContext> {
  constructor(
    private readonly rooms: CallRooms,
    private readonly groups: CallGroups,
    private readonly clock: Clock,
  ) {}

  parse(): CallContext {
    return new CallContext();
  }

  admit(connection: CallConnection): void {
    connection.context.stopWatching = this.groups.watch(connection);
  }

  async departed(connection: CallConnection): Promise<void> {
    connection.context.stopWatching();
    await this.rooms.departed(connection);
  }

  failed(connection: CallConnection, failure: SocketFailure): SocketFailure {
    const told = callFailure(failure);
    connection.emit('webrtc:signaling-error', {
      error: told.message,
      code: told.code,
      ...(told.details && { details: told.details }),
      timestamp: this.clock.date().toISOString(),
    } satisfies CallSignalingErrorEvent);
    return told;
  }

  @SubscribeMessage('webrtc:join-room')
  @WsOperation({
    summary: 'Joins a call room, and leaves the one before; the room is made if it is not there. The others are told.',
    ack: CallRoomJoinedEvent,
  })
  join(@Conn() connection: CallConnection, @MessageBody() command: CallJoinRoomCommand): Promise<CallRoomJoinedEvent> {
    return this.rooms.join(connection, command);
  }

  @SubscribeMessage('webrtc:leave-room')
  @WsOperation({
    summary: 'Leaves the call room; the others are told.',
    ack: CallRoomLeftEvent,
  })
  async leave(
    @Conn() connection: CallConnection,
    @MessageBody() { callRoomId }: CallLeaveRoomCommand,
  ): Promise<CallRoomLeftEvent> {
    await this.rooms.leave(connection, callRoomId);
    return { callRoomId };
  }

  @SubscribeMessage('webrtc:offer')
  @WsOperation({ summary: 'Relays an offer to one participant of the room.' })
  offer(@Conn() connection: CallConnection, @MessageBody() command: CallOfferCommand): void | Promise<void> {
    const { callRoomId, targetSocketId: target, offer } = command;
    return this.rooms.relay(connection, {
      kind: 'offer',
      callRoomId,
      target,
      text: (texts) => texts.of('offer', 'offer', offer, mediaFields(command)),
    });
  }

  @SubscribeMessage('webrtc:answer')
  @WsOperation({ summary: 'Relays an answer to one participant of the room.' })
  answer(@Conn() connection: CallConnection, @MessageBody() command: CallAnswerCommand): void | Promise<void> {
    const { callRoomId, targetSocketId: target, answer } = command;
    return this.rooms.relay(connection, {
      kind: 'answer',
      callRoomId,
      target,
      text: (texts) => texts.of('answer', 'answer', answer),
    });
  }

  @SubscribeMessage('webrtc:ice-candidate')
  @WsOperation({
    summary:
      'Relays an ICE candidate to one participant of the room, or to all others. For one who has left within 5 s it is dropped.',
  })
  candidate(@Conn() connection: CallConnection, @MessageBody() command: CallIceCandidateCommand): void | Promise<void> {
    const { callRoomId, targetSocketId: target, candidate } = command;
    return this.rooms.relay(connection, {
      kind: 'ice-candidate',
      callRoomId,
      target,
      text: (texts) => texts.of('ice-candidate', 'candidate', candidate, mediaFields(command)),
    });
  }
}
