import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Metrics } from '../../infra/observability/metrics.js';
import type { WireText } from '../../realtime/wire.js';
import { NotAdmitted } from '../../signaling/room-access.errors.js';
import { RoomAccess } from '../../signaling/room-access.js';
import { roomScope } from '../../signaling/room-seat.js';
import { TargetNotFound } from '../../signaling/signaling.errors.js';
import { SignalingRooms } from '../../signaling/signaling-rooms.js';
import type { CallJoinRoomCommand } from './call.commands.js';
import type { CallConnection } from './call.context.js';
import type { CallMetadata, CallRoomJoinedEvent } from './call.event-shapes.js';
import type { CallSignalKind, SignalTexts } from './call.events.js';
import { CallRoomNotFound, NotInCallRoom } from './call.failures.js';
import { CallGroups } from './call.groups.js';
import { dataOf, metadataOf, newMetadata } from './call.metadata.js';
import { CallPlace } from './call.place.js';

interface CallSignal {
  kind: CallSignalKind;
  callRoomId: string;
  /** Without one, all others in the room. */
  target: string | null | undefined;
  text: (texts: SignalTexts) => WireText;
}

const scopeOf = (callRoomId: string) => roomScope('call', callRoomId);

/** Who is in which call room, and what they send each other there (protocol section 7.1). */
@Injectable()
export class CallRooms {
  private readonly logger = new Logger('CallRooms');
  private readonly refused;

  constructor(
    private readonly rooms: SignalingRooms,
    private readonly access: RoomAccess,
    private readonly groups: CallGroups,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.refused = metrics.counter({
      name: 'parley_call_signals_refused_total',
      help: 'Signals whose sender or target was not in the call room that they named, and had not just left it.',
    });
  }

  /**
   * Into the room, and out of the one before. Whoever is in it already is told where they are, and nobody else is.
   *
   * @throws NotAdmitted, RoomLocked, RoomFull, ValidationFailed
   */
  async join(connection: CallConnection, command: CallJoinRoomCommand): Promise<CallRoomJoinedEvent> {
    const { context, user } = connection;
    const { callRoomId } = command;
    if (context.place?.callRoomId === callRoomId) return context.place.greet();
    await this.access.admit('call', callRoomId, user);
    const present = await this.rooms.read(scopeOf(callRoomId));
    const metadata = metadataOf(present) ?? newMetadata(command, user.userId, this.clock.date());
    await this.groups.requireMember(metadata, user.userId);
    const before = context.place;
    const place = await this.enter(connection, callRoomId, metadata);
    context.place = place;
    if (before) await this.leavePlace(connection, before);
    await this.settle(connection, place);
    // It was sent away meanwhile, which it has been told.
    if (context.place !== place) throw new NotAdmitted();
    return place.greet();
  }

  /** @throws CallRoomNotFound, NotInCallRoom */
  async leave(connection: CallConnection, callRoomId: string): Promise<void> {
    const { context } = connection;
    const { place } = context;
    if (place?.callRoomId !== callRoomId) throw await this.whyNotIn(callRoomId);
    context.place = undefined;
    await this.leavePlace(connection, place);
  }

  /** The connection has ended: its id does not come back, so there is nothing to wait for. */
  async departed({ context }: CallConnection): Promise<void> {
    const { place } = context;
    context.place = undefined;
    await place?.seat.leave({ how: 'clean' });
  }

  /**
   * Relays to the target, or to all others of the room. A candidate for one who has just left is dropped.
   *
   * @throws CallRoomNotFound, NotInCallRoom, TargetNotFound
   */
  relay(connection: CallConnection, { kind, callRoomId, target, text }: CallSignal): void | Promise<void> {
    const { place } = connection.context;
    if (place?.callRoomId !== callRoomId) return this.refuse(connection, callRoomId);
    const { seat } = place;
    if (target === undefined || target === null) {
      seat.signal(kind, text(place.signals));
      return undefined;
    }
    const isHere = seat.participant(target) !== undefined;
    if (!isHere && kind === 'ice-candidate' && seat.hasJustLeft(target)) return undefined;
    try {
      seat.signal(kind, text(place.signals), target);
    } catch (error) {
      if (!(error instanceof TargetNotFound)) throw error;
      if (!isHere && !seat.hasJustLeft(target)) this.noteStranger(connection, callRoomId, target);
      throw new TargetNotFound('targetSocketId', target);
    }
    return undefined;
  }

  private async enter(connection: CallConnection, callRoomId: string, metadata: CallMetadata): Promise<CallPlace> {
    const { id, user } = connection;
    const place = new CallPlace(connection, callRoomId, metadata, this.clock);
    place.seat = await this.rooms.enter({
      scope: scopeOf(callRoomId),
      member: id,
      connectionId: id,
      userId: user.userId,
      username: user.username,
      data: dataOf(metadata),
      listener: place,
    });
    return place;
  }

  /**
   * Two may have made the room at the same moment: then the other one's word may count, also about who may be in it. And who
   * has left the group of the room meanwhile was not in it yet, to be sent out.
   */
  private async settle(connection: CallConnection, place: CallPlace): Promise<void> {
    const { context, userId } = connection;
    await place.adopt();
    try {
      await this.groups.requireMember(place.metadata, userId);
    } catch (error) {
      context.place = undefined;
      await place.seat.leave({ how: 'clean' });
      throw error;
    }
  }

  private async leavePlace(connection: CallConnection, { callRoomId, seat }: CallPlace): Promise<void> {
    await seat.leave({ how: 'clean' });
    connection.emit('webrtc:room-left', { callRoomId });
  }

  private async refuse(connection: CallConnection, callRoomId: string): Promise<void> {
    const error = await this.whyNotIn(callRoomId);
    const { id, namespace, context } = connection;
    if (context.place) {
      this.refused.inc();
      const { callRoomId: own } = context.place;
      this.logger.warn({ msg: 'a signal to another room', namespace, socket_id: id, room_id: own, named: callRoomId });
    }
    throw error;
  }

  /** The target was never here, as far as anyone remembers. Which room it is in is known of connections of this node alone. */
  private noteStranger({ id, namespace }: CallConnection, callRoomId: string, target: string): void {
    this.refused.inc();
    const target_room_id = this.groups.find(target)?.context.place?.callRoomId;
    const named = { room_id: callRoomId, target, target_room_id };
    this.logger.warn({ msg: 'a signal to somebody who is not in the room', namespace, socket_id: id, ...named });
  }

  private async whyNotIn(callRoomId: string): Promise<CallRoomNotFound | NotInCallRoom> {
    const present = await this.rooms.read(scopeOf(callRoomId));
    return present.length === 0 ? new CallRoomNotFound() : new NotInCallRoom();
  }
}
