import { Injectable } from '@nestjs/common';
import type { UserId } from '../common/ids.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { NotAdmitted, RoomLocked } from './room-access.errors.js';
import type { RoomKind } from './room-kind.js';
import { allows } from './room-rule.js';
import { roomScope } from './room-seat.js';
import { SignalingRooms } from './signaling-rooms.js';

export interface Entrant {
  userId: UserId;
  guest?: boolean | undefined;
  /** The id in the room that they want: whoever holds it already comes back, also while the room is locked. */
  member?: string | undefined;
}

/** Who may join a room, a meeting or a call: what its owner has decided, if anybody owns it. */
@Injectable()
export class RoomAccess {
  constructor(
    private readonly rules: RoomRuleRepository,
    private readonly rooms: SignalingRooms,
  ) {}

  /**
   * For a gateway to ask before `SignalingRooms.enter`. What changes between the two is seen to by `RoomAccessWatch`.
   *
   * @throws NotAdmitted the room is not open to this user, or has removed them
   * @throws RoomLocked
   */
  async admit(kind: RoomKind, roomId: string, { userId, guest = false, member }: Entrant): Promise<void> {
    const ruling = await this.rules.rulingOn({ kind, roomId, userId });
    if (ruling === undefined) return;
    if (!allows(ruling) || (guest && ruling.access !== 'anyone')) throw new NotAdmitted();
    if (!ruling.locked || ruling.isOwner) return;
    const present = await this.rooms.read(roomScope(kind, roomId));
    if (!present.some((participant) => participant.member === member && participant.userId === userId))
      throw new RoomLocked();
  }
}
