import { Injectable } from '@nestjs/common';
import type { UserId } from '../common/ids.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { NotAdmitted, RoomLocked } from './room-access.errors.js';
import type { RoomKind } from './room-kind.js';
import { allows } from './room-rule.js';

export interface Entrant {
  userId: UserId;
  guest?: boolean | undefined;
}

/** Who may join a room, a meeting or a call: what its owner has decided, if anybody owns it. */
@Injectable()
export class RoomAccess {
  constructor(private readonly rules: RoomRuleRepository) {}

  /**
   * For a gateway to ask before `SignalingRooms.enter`.
   *
   * @throws NotAdmitted the room is not open to this user, or has removed them
   * @throws RoomLocked
   */
  async admit(kind: RoomKind, roomId: string, { userId, guest = false }: Entrant): Promise<void> {
    const ruling = await this.rules.rulingOn({ kind, roomId, userId });
    if (ruling === undefined) return;
    if (!allows(ruling) || (guest && ruling.access !== 'anyone')) throw new NotAdmitted();
    if (ruling.locked && !ruling.isOwner) throw new RoomLocked();
  }
}
