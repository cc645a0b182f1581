import type { Json } from '../cluster/cluster.js';
import { DomainError } from '../common/domain-error.js';
import type { LobbyRoomDto } from './dto/lobby-room.dto.js';
import { toLobbyRoomDto } from './dto/lobby-room.dto.js';
import type { LobbyParts } from './internal/lobby-parts.js';
import { withPlayer } from './internal/room-changes.js';
import { requireDataSize } from './internal/room-data.js';
import { isFull } from './room-state.js';
import type { RoomState } from './room-state.js';

/**
 * A room, for authors of back ends. What it says of itself is as of when it was asked for, or last changed through this
 * object; `getRoom` asks anew.
 */
export class LobbyRoom {
  constructor(
    private state: RoomState,
    private readonly parts: LobbyParts,
  ) {}

  get roomId(): string {
    return this.state.roomId;
  }

  /**
   * Takes a seat for a player, who needs no connection and stays until `removePlayer`; everyone in the room is told. `data`:
   * more fields for the player's entry, of which `name` is the name.
   */
  async addPlayer(
    id: string,
    data: Readonly<Record<string, Json>> = {},
  ): Promise<{ success: boolean; message: string }> {
    const { name, ...rest } = data;
    const newcomer = { id, name: typeof name === 'string' ? name : id, data: rest, byCode: true };
    try {
      requireDataSize('data', data);
      this.state = await this.parts.rooms.changePresent(this.roomId, (room) =>
        withPlayer(room, newcomer, this.parts.tools.clock.now()),
      );
      return { success: true, message: 'Success' };
    } catch (error) {
      if (error instanceof DomainError) return { success: false, message: error.message };
      throw error;
    }
  }

  /** False when the player was not in the room. */
  async removePlayer(id: string): Promise<boolean> {
    const had = await this.parts.rooms.leave(this.roomId, id, { removeEmpty: false });
    const players = this.state.players.filter((player) => player.id !== id);
    this.state = (await this.parts.rooms.find(this.roomId)) ?? { ...this.state, players };
    return had;
  }

  getPlayerCount(): number {
    return this.state.players.length;
  }

  isFull(): boolean {
    return isFull(this.state);
  }

  /** The room as its players are told it (protocol section 7.2). */
  toDict(): LobbyRoomDto {
    return toLobbyRoomDto(this.state);
  }
}
