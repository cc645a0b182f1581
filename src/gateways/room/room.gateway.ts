import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Conn, RawGateway } from '../../realtime/raw-gateway.js';
import type { Departure, HandshakeRequest, RawGatewayHooks } from '../../realtime/raw-gateway.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import { serialise } from '../../realtime/wire.js';
import type { Shape } from '../../realtime/wire.js';
import { RoomAdmission } from './room.admission.js';
import {
  RoomAnswerCommand,
  RoomSignalDataCommand,
  RoomIceCandidateCommand,
  RoomOfferCommand,
} from './room.commands.js';
import { RoomContext } from './room.context.js';
import type { RoomConnection } from './room.context.js';
import type { RoomAnswerEvent, RoomDataEvent, RoomIceCandidateEvent, RoomOfferEvent } from './room.event-shapes.js';
import { RoomReference } from './room.reference.js';

type SignalEvent = Shape<RoomOfferEvent> | Shape<RoomAnswerEvent> | Shape<RoomIceCandidateEvent> | Shape<RoomDataEvent>;

/** Ad-hoc signaling rooms (protocol section 5). */
@RawGateway('/ws/:room_id', { announceAuth: true, guests: true })
@RoomReference()
export class RoomGateway implements RawGatewayHooks<RoomContext> {
  constructor(private readonly admission: RoomAdmission) {}

  parse(request: HandshakeRequest): RoomContext {
    return RoomContext.read(request);
  }

  admit(connection: RoomConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  async departed(connection: RoomConnection, departure: Departure): Promise<void> {
    await connection.context.seat?.leave(departure);
  }

  @SubscribeMessage('offer')
  @WsOperation({ summary: 'Relays an offer to one client, or to all others.' })
  offer(@Conn() connection: RoomConnection, @MessageBody() { offer, to }: RoomOfferCommand): void {
    relay(connection, { type: 'offer', ...senderOf(connection), offer }, to);
  }

  @SubscribeMessage('answer')
  @WsOperation({ summary: 'Relays an answer to one client, or to all others.' })
  answer(@Conn() connection: RoomConnection, @MessageBody() { answer, to }: RoomAnswerCommand): void {
    relay(connection, { type: 'answer', ...senderOf(connection), answer }, to);
  }

  @SubscribeMessage('ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to one client, or to all others.' })
  candidate(@Conn() connection: RoomConnection, @MessageBody() { candidate, to }: RoomIceCandidateCommand): void {
    relay(connection, { type: 'ice_candidate', ...senderOf(connection), candidate }, to);
  }

  @SubscribeMessage('data')
  @WsOperation({ summary: 'Relays what the clients agree on to one client, or to all others.' })
  data(@Conn() connection: RoomConnection, @MessageBody() { data, to }: RoomSignalDataCommand): void {
    relay(connection, { type: 'data', ...senderOf(connection), data }, to);
  }
}

function senderOf({ clientId, user }: RoomConnection): { from: string; username: string } {
  return { from: clientId, username: user.username };
}

/** @throws TargetNotFound */
function relay({ context }: RoomConnection, event: SignalEvent, to: string | null | undefined): void {
  context.place.signal(event.type, serialise(event), to ?? undefined);
}
