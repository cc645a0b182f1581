import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { ErrorEvent } from '../../realtime/core-messages.js';
import { RoomAccess } from '../../signaling/room-access.js';
import { roomScope } from '../../signaling/room-seat.js';
import { SignalingRooms } from '../../signaling/signaling-rooms.js';
import { RoomClient } from './room.client.js';
import type { RoomConnection } from './room.context.js';
import { RoomFrames, usersInRoom } from './room.frames.js';

/** Who may be in a room, and the first frame that they get. */
@Injectable()
export class RoomAdmission {
  private readonly frames = new RoomFrames();

  constructor(
    private readonly access: RoomAccess,
    private readonly rooms: SignalingRooms,
  ) {}

  /** @throws NotAdmitted, RoomLocked, RoomFull, SeatTaken; the client is told which before the close code */
  async admit(connection: RoomConnection): Promise<void> {
    const { context } = connection;
    try {
      await this.enter(connection);
    } catch (error) {
      if (error instanceof DomainError)
        connection.send({ type: 'error', code: error.code, message: error.message } satisfies ErrorEvent);
      throw error;
    }
    connection.send(usersInRoom(context.roomId, context.place));
  }

  private async enter(connection: RoomConnection): Promise<void> {
    const { id: connectionId, clientId: member, user, context } = connection;
    await this.access.admit('room', context.roomId, { ...user, member });
    context.seat = await this.rooms.enter({
      scope: roomScope('room', context.roomId),
      member,
      connectionId,
      userId: user.userId,
      username: user.username,
      data: null,
      listener: new RoomClient(connection, this.frames),
    });
  }
}
