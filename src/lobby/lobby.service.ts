import { randomUUID } from 'node:crypto';
import type { Json } from '../cluster/cluster.js';
import { eventText } from '../realtime/socket-wire.js';
import { TargetNotFound } from '../signaling/signaling.errors.js';
import { poolOf } from './internal/criteria.js';
import type { Lobby } from './internal/lobby.js';
import { newRoom } from './internal/room-changes.js';
import { LobbyRoom } from './lobby-room.js';
import type { LobbyStats } from './lobby-stats.js';
import { RoomExists } from './lobby.errors.js';
import { isRoomId, MOST_PLAYERS } from './room-id.js';
import { openSeats, playerOf } from './room-state.js';
import { ValidationFailed } from '../common/domain-error.js';

export interface BroadcastOptions {
  /** Whether who sends it gets it too; without a `sender`, everyone does. */
  includeSender?: boolean;
  /** The player that it comes from. */
  sender?: string;
}

/** The envelope of an answer (protocol section 7). */
export interface SuccessResponse<T> {
  success: true;
  message: string;
  data: T;
}

export interface ErrorResponse {
  success: false;
  message: string;
  error: string;
}

/**
 * The lobby of one namespace, for authors of back ends: `Lobbies.of('/lobby')`, or `Lobbies.register('/my-game')` for one of
 * their own. It acts on the rooms that players see, on all nodes together.
 */
export class LobbyService {
  constructor(private readonly lobby: Lobby) {}

  get namespace(): string {
    return this.lobby.parts.namespace;
  }

  /**
   * An empty room, which those who look for a match without criteria are given too; it goes within a minute when nobody comes.
   *
   * @throws RoomExists, ValidationFailed
   */
  async createRoom(roomId: string = randomUUID(), maxPlayers = 2): Promise<LobbyRoom> {
    requireValid(roomId, maxPlayers);
    const { rooms, tools } = this.lobby.parts;
    const room = newRoom({ roomId, maxPlayers, pool: poolOf(maxPlayers) }, randomUUID(), tools.clock.now());
    const state = await rooms.change(roomId, (present) => {
      if (present) throw new RoomExists();
      return room;
    });
    return new LobbyRoom(state, this.lobby.parts);
  }

  async getRoom(roomId: string): Promise<LobbyRoom | undefined> {
    const state = await this.lobby.parts.rooms.find(roomId);
    return state && new LobbyRoom(state, this.lobby.parts);
  }

  /** A public room of that size which waits for players and has no criteria: the fullest one. */
  async findAvailableRoom(maxPlayers = 2): Promise<LobbyRoom | undefined> {
    const { open, rooms } = this.lobby.parts;
    for (const roomId of await open.list(poolOf(maxPlayers))) {
      const state = await rooms.find(roomId);
      if (state && openSeats(state) > 0) return new LobbyRoom(state, this.lobby.parts);
    }
    return undefined;
  }

  /** Its players are told that they have left, and its chat goes with it; false when there was none. */
  async removeRoom(roomId: string): Promise<boolean> {
    return (await this.lobby.parts.rooms.remove(roomId)) !== undefined;
  }

  /** Removes the rooms without players now, and says how many; those that are empty for long go by themselves. */
  cleanupEmptyRooms(): Promise<number> {
    return this.lobby.care.removeEmpty(0);
  }

  getStats(): Promise<LobbyStats> {
    return this.lobby.stats();
  }

  /** Sends an event to the room's players, on every node; volatile, in the order sent. */
  async broadcastToRoom(
    roomId: string,
    event: string,
    data: Json,
    { includeSender = true, sender }: BroadcastOptions = {},
  ): Promise<void> {
    const state = await this.lobby.parts.rooms.get(roomId);
    const text = eventText(event, data);
    const except = includeSender || sender === undefined ? {} : { except: sender };
    await this.lobby.parts.feeds.relay(roomId, { text, rev: state.rev, ...except });
  }

  successResponse<T>(data: T, message = 'Success'): SuccessResponse<T> {
    return { success: true, message, data };
  }

  errorResponse(message: string): ErrorResponse {
    return { success: false, message, error: message };
  }

  /** Which of the required fields are missing: not there, null, or an empty text. */
  validateData(data: unknown, required: readonly string[]): { valid: boolean; missing: string[] } {
    const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    const isGiven = (name: string) =>
      Object.hasOwn(fields, name) && ![undefined, null, ''].includes(fields[name] as null);
    const missing = required.filter((name) => !isGiven(name));
    return { valid: missing.length === 0, missing };
  }

  /** To one player, or to all others of the room. @throws TargetNotFound, RoomNotFound */
  relayOffer(roomId: string, senderId: string, offer: Json, targetId?: string): Promise<void> {
    return this.relay(roomId, 'webrtc_offer', { field: 'offer', value: offer, senderId, targetId });
  }

  /** As `relayOffer`. */
  relayAnswer(roomId: string, senderId: string, answer: Json, targetId?: string): Promise<void> {
    return this.relay(roomId, 'webrtc_answer', { field: 'answer', value: answer, senderId, targetId });
  }

  /** As `relayOffer`. */
  relayCandidate(roomId: string, senderId: string, candidate: Json, targetId?: string): Promise<void> {
    return this.relay(roomId, 'ice_candidate', { field: 'candidate', value: candidate, senderId, targetId });
  }

  private async relay(
    roomId: string,
    event: string,
    signal: { field: string; value: Json; senderId: string; targetId: string | undefined },
  ): Promise<void> {
    const { field, value, senderId, targetId: to } = signal;
    const state = await this.lobby.parts.rooms.get(roomId);
    if (to !== undefined && !playerOf(state, to)) throw new TargetNotFound('target_id', to);
    const text = eventText(event, { room_id: roomId, [field]: value, sender_id: senderId });
    await this.lobby.parts.feeds.relay(roomId, {
      text,
      rev: state.rev,
      ...(to === undefined ? { except: senderId } : { to }),
    });
  }
}

function requireValid(roomId: string, maxPlayers: number): void {
  if (!isRoomId(roomId)) throw new ValidationFailed([{ field: 'room_id', problems: ['must be a room id'] }]);
  if (!Number.isInteger(maxPlayers) || maxPlayers < 2 || maxPlayers > MOST_PLAYERS)
    throw new ValidationFailed([{ field: 'max_players', problems: [`must be 2 to ${MOST_PLAYERS}`] }]);
}
