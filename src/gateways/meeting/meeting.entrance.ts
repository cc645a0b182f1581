import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { Ids } from '../../common/ids.js';
import { CloseCode } from '../../realtime/close-codes.js';
import type { WireEvent } from '../../realtime/wire.js';
import { Meetings } from '../../signaling/meetings.service.js';
import { RoomAccess } from '../../signaling/room-access.js';
import { roomScope } from '../../signaling/room-seat.js';
import { SignalingRooms } from '../../signaling/signaling-rooms.js';
import type { MeetingJoinCommand } from './meeting.commands.js';
import type { MeetingConnection } from './meeting.context.js';
import { MeetingFrames } from './meeting.frames.js';
import { MeetingPeer } from './meeting.peer.js';

/** What a client is to stop at: its connection is closed after the error (protocol section 1.2, 4403). */
const FINAL = new Set(['forbidden', 'room_full']);

/** How a connection becomes a peer of its meeting. */
@Injectable()
export class MeetingEntrance {
  constructor(
    private readonly rooms: SignalingRooms,
    private readonly access: RoomAccess,
    private readonly meetings: Meetings,
    private readonly frames: MeetingFrames,
    private readonly ids: Ids,
  ) {}

  /**
   * The answer to `join`.
   *
   * @throws RoomLocked; and, the connection being closed after it: RoomFull, SeatTaken, NotAdmitted, RemovedFromMeeting
   */
  async join(connection: MeetingConnection, command: MeetingJoinCommand): Promise<WireEvent> {
    try {
      return await this.enter(connection, command);
    } catch (error) {
      if (error instanceof DomainError && FINAL.has(error.code))
        setImmediate(() => {
          connection.close(CloseCode.Forbidden, error.message);
        });
      throw error;
    }
  }

  private async enter(connection: MeetingConnection, command: MeetingJoinCommand): Promise<WireEvent> {
    const { roomId } = connection.context;
    const { userId, username } = connection.user;
    const member = command.client_id ?? connection.clientId;
    await this.access.admit('meeting', roomId, { ...connection.user, member });
    await this.meetings.requireOpen(roomId, { userId, member });
    const peer = new MeetingPeer(member, roomId, connection, this.frames, {
      display_name: command.display_name?.trim() ?? username,
      media: { audio: false, video: false, ...command.media },
      screen: { on: false, stream_id: null },
      hand: { raised: false, by: null },
    });
    const seat = await this.rooms.enter({
      scope: roomScope('meeting', roomId),
      member,
      // Not the connection's own: it may leave, and join again.
      connectionId: this.ids.next(),
      userId,
      username,
      data: peer.shown,
      listener: peer,
    });
    peer.sit(seat);
    try {
      return await this.welcome(connection, peer);
    } catch (error) {
      await peer.leave({ how: 'clean' });
      throw error;
    }
  }

  private async welcome(connection: MeetingConnection, peer: MeetingPeer): Promise<WireEvent> {
    const { roomId } = connection.context;
    const state = await this.meetings.entered(roomId, connection.userId, peer.place);
    peer.onGone = this.meetings.attend(roomId, peer);
    const history = await this.meetings.history(roomId);
    connection.context.peer = peer;
    // After the answer, which leaves when this has resolved.
    setImmediate(() => {
      peer.begin(history);
    });
    return peer.greeting(state);
  }
}
