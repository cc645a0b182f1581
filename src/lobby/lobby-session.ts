import { randomUUID } from 'node:crypto';
import type { Json } from '../cluster/cluster.js';
import type { Cancel } from '../common/clock.js';
import { Forbidden } from '../common/domain-error.js';
import type { WireText } from '../realtime/wire.js';
import { LobbyChatSeats } from './internal/chat-seats.js';
import { poolOf } from './internal/criteria.js';
import type { Lobby } from './internal/lobby.js';
import { finished, newRoom, withData, withMove, withPlayer } from './internal/room-changes.js';
import { requireDataSize } from './internal/room-data.js';
import { SeatTaker } from './internal/seat-taker.js';
import type { Taken } from './internal/seat-taker.js';
import type { ChatMessage } from './lobby-chat.js';
import type { LobbyListener } from './lobby-listener.js';
import type { LobbyStats } from './lobby-stats.js';
import { RoomExists, RoomNotFound, TooManyRooms } from './lobby.errors.js';
import { playerOf, creatorOf } from './room-state.js';
import type { Newcomer, RoomState } from './room-state.js';
import { TargetNotFound } from '../signaling/signaling.errors.js';

/** A player holds so many seats at once. */
const MOST_ROOMS = 20;

export interface LobbyPlayer {
  readonly id: string;
  readonly name: string;
  /** Unique to the connection. */
  readonly connectionId: string;
}

export interface SessionListener extends LobbyListener {
  said(message: ChatMessage): void;
  stats(stats: LobbyStats): void;
}

export interface RoomWish {
  roomId?: string | undefined;
  maxPlayers: number;
  data?: Readonly<Record<string, Json>> | undefined;
  isPrivate?: boolean | undefined;
}

export interface MatchWish {
  playerName?: string | undefined;
  maxPlayers: number;
  criteria?: Readonly<Record<string, Json>> | undefined;
}

/** What one connection does in a lobby: its seats, its chats, and whether it hears the numbers. */
export class LobbySession {
  readonly chats: LobbyChatSeats;
  private readonly taker: SeatTaker;
  private stopStats: Cancel | undefined;
  private readonly unlist: Cancel;

  constructor(
    private readonly lobby: Lobby,
    private readonly player: LobbyPlayer,
    private readonly listener: SessionListener,
  ) {
    this.chats = new LobbyChatSeats(lobby, player, listener);
    this.taker = new SeatTaker(lobby.parts, player, {
      news: (news) => {
        listener.news(news);
      },
      relayed: (text) => {
        listener.relayed(text);
      },
      ended: (roomId, how) => {
        this.chats.leaveRoom(roomId);
        listener.ended(roomId, how);
      },
    });
    this.unlist = lobby.parts.sessions.add(player.id, {
      seatLeft: (roomId) => {
        lobby.parts.run('stand in', () => this.standIn(roomId));
      },
      seatGone: (roomId) => {
        if (!this.taker.holds(roomId)) this.chats.leaveRoom(roomId);
      },
    });
  }

  /** Takes the seats again that the player's last connection has lost, and whose time is not over. */
  async comeBack(): Promise<void> {
    const { seats, rooms } = this.lobby.parts;
    for (const roomId of seats.roomsOf(this.player.id)) {
      if (!seats.isForNext(roomId, this.player.id)) continue;
      const state = await rooms.find(roomId);
      if (state && playerOf(state, this.player.id)) (await this.taker.take(state, 'coming back')).begin();
    }
  }

  /** The numbers, and from now on every change of them. */
  async joinLobby(): Promise<LobbyStats> {
    const stats = await this.lobby.stats();
    this.stopStats ??= this.lobby.teller.add((changed) => {
      this.listener.stats(changed);
    }, stats);
    return stats;
  }

  /** The one who makes a room is its first player. @throws RoomExists, TooManyRooms */
  async createRoom({ roomId = randomUUID(), maxPlayers, data = {}, isPrivate = false }: RoomWish): Promise<Taken> {
    this.requireRoom();
    requireDataSize('data', data);
    const { rooms, tools } = this.lobby.parts;
    const now = tools.clock.now();
    const plan = { roomId, maxPlayers, data, isPrivate, createdBy: this.player.id, pool: poolOf(maxPlayers) };
    const room = newRoom(plan, randomUUID(), now);
    const state = await rooms.change(roomId, (present) => {
      if (present) throw new RoomExists();
      return withPlayer(room, this.newcomer(), now);
    });
    // The answer has the room with its first player in it: there is nothing to tell of that.
    return this.taker.take(state, 'coming back');
  }

  /** A room with a free seat for the same wish, or a new one. Who waits in such a room already is given that one. */
  async findMatch({ playerName, maxPlayers, criteria }: MatchWish): Promise<Taken> {
    const pool = poolOf(maxPlayers, criteria);
    const waiting = await this.waitingRoom(pool);
    if (waiting) return this.taker.take(waiting, 'coming back');
    this.requireRoom();
    const player = this.newcomer(playerName);
    return this.taker.take(await this.lobby.parts.matchmaker.find({ pool, maxPlayers, player }), 'joining');
  }

  /** @throws RoomNotFound, LobbyRoomFull, WrongMoment when the game has begun without the player */
  async joinRoom(roomId: string): Promise<Taken> {
    const { rooms, tools, seats } = this.lobby.parts;
    if (!seats.has(roomId, this.player.id)) this.requireRoom();
    const now = tools.clock.now();
    let wasIn = false as boolean;
    const state = await rooms.changePresent(roomId, (room) => {
      wasIn = playerOf(room, this.player.id) !== undefined;
      return withPlayer(room, this.newcomer(), now);
    });
    return this.taker.take(state, wasIn ? 'coming back' : 'joining');
  }

  /** @throws RoomNotFound when the player is not in it, and may not know of it */
  async leaveRoom(roomId: string): Promise<void> {
    const { rooms } = this.lobby.parts;
    if (!(await rooms.leave(roomId, this.player.id))) this.refuse(await rooms.find(roomId));
  }

  /** Everyone else is told, with the number of the move. Gives that number. */
  async move(roomId: string, move: Json): Promise<number> {
    await this.requireSeat(roomId);
    const { rooms, tools } = this.lobby.parts;
    const state = await rooms.changePresent(roomId, (room) =>
      withMove(this.requirePlayer(room), this.player.id, move, tools.clock.now()),
    );
    return state.moves;
  }

  /** For the creator alone. */
  async patchData(roomId: string, patch: Readonly<Record<string, Json>>): Promise<RoomState> {
    const { rooms, tools } = this.lobby.parts;
    return rooms.changePresent(roomId, (room) => {
      this.requirePlayer(room);
      if (creatorOf(room) !== this.player.id) throw new Forbidden('Only who made the room may change its data.');
      const next = withData(room, patch, tools.clock.now());
      requireDataSize('patch', next.data);
      return next;
    });
  }

  async finish(roomId: string, result: Json): Promise<RoomState> {
    await this.requireSeat(roomId);
    const { rooms, tools } = this.lobby.parts;
    return rooms.changePresent(roomId, (room) => finished(this.requirePlayer(room), result, tools.clock.now()));
  }

  /**
   * To one player, or to all others of the room: what one sends to another arrives in the order sent.
   * @throws TargetNotFound
   */
  async relay(roomId: string, text: WireText, target?: string): Promise<void> {
    await this.requireSeat(roomId);
    const { feeds, seats } = this.lobby.parts;
    const rev = feeds.get(roomId)?.rev ?? 0;
    if (target === undefined) {
      await feeds.relay(roomId, { text, rev, except: this.player.id });
      return;
    }
    const isHere = seats.has(roomId, target) && !seats.isLeaving(roomId, target);
    if (!isHere || target === this.player.id) throw new TargetNotFound('target_id', target);
    await feeds.relay(roomId, { text, rev, to: target });
  }

  /** @throws Forbidden or RoomNotFound unless the player is in the room */
  async requireInRoom(roomId: string): Promise<RoomState> {
    return this.requirePlayer(await this.lobby.parts.rooms.get(roomId));
  }

  /** The connection is gone: waiting players leave, others have 30 s to come back, and more after a planned stop. */
  async close(extraGraceMs: number): Promise<void> {
    this.unlist();
    this.stopStats?.();
    this.chats.close();
    await this.taker.close(extraGraceMs);
  }

  /** Another connection of the player, which held the seat, has broken; it may be this client's own of before. */
  private async standIn(roomId: string): Promise<void> {
    const { seats, rooms } = this.lobby.parts;
    if (this.taker.holds(roomId)) return;
    const state = await rooms.find(roomId);
    if (!state || !playerOf(state, this.player.id) || !seats.isLeaving(roomId, this.player.id)) return;
    (await this.taker.take(state, 'standing in')).begin();
  }

  private newcomer(name = this.player.name): Newcomer {
    return { id: this.player.id, name };
  }

  private async waitingRoom(pool: string): Promise<RoomState | undefined> {
    const { seats, rooms } = this.lobby.parts;
    for (const roomId of seats.roomsOf(this.player.id)) {
      const state = await rooms.find(roomId);
      if (state?.status === 'waiting' && state.pool === pool && !state.isPrivate && playerOf(state, this.player.id))
        return state;
    }
    return undefined;
  }

  private requireRoom(): void {
    if (this.lobby.parts.seats.roomsOf(this.player.id).length >= MOST_ROOMS) throw new TooManyRooms();
  }

  /** What is done in a room is done by the connection that holds the seat. */
  private async requireSeat(roomId: string): Promise<void> {
    if (this.taker.holds(roomId)) return;
    await this.requireInRoom(roomId);
    throw new Forbidden('Another of your connections holds the seat; join the room again to take it.');
  }

  private requirePlayer(room: RoomState): RoomState {
    if (!playerOf(room, this.player.id)) this.refuse(room);
    return room;
  }

  private refuse(room: RoomState | undefined): never {
    if (!room || room.isPrivate) throw new RoomNotFound();
    throw new Forbidden('You are not a player of this room.');
  }
}
