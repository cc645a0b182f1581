import type { Cluster, Json } from '../../cluster/cluster.js';
import type { BackgroundTasks } from '../../common/background-tasks.js';
import type { Clock } from '../../common/clock.js';
import { DomainError, Unavailable } from '../../common/domain-error.js';
import type { RoomState } from '../room-state.js';
import { joinHalves } from './joined-halves.js';
import { LobbyRooms } from './lobby-rooms.js';
import { Matchmaker } from './matchmaker.js';
import { OpenRooms } from './open-rooms.js';
import { PlayerSessions } from './player-sessions.js';
import { RoomFeeds } from './room-feeds.js';
import { RoomIndex } from './room-index.js';
import type { Seat } from './seat.js';
import { SeatSet } from './seat-set.js';
import { SteadyDocuments } from './steady-documents.js';

export interface LobbyTools {
  cluster: Cluster;
  clock: Clock;
  tasks: BackgroundTasks;
  /** What belongs to a room that is gone can go. */
  readonly gone: (state: RoomState) => void;
}

/** What players hold for longer is stored anew by the sweep. */
const KEPT_MS = 86_400_000;
/** By then every node has looked at its rooms. */
const REMOVED_MS = 300_000;

/** What the lobby of one namespace is made of. */
export class LobbyParts {
  readonly documents: SteadyDocuments;
  readonly open: OpenRooms;
  readonly index: RoomIndex;
  readonly rooms: LobbyRooms;
  readonly matchmaker: Matchmaker;
  readonly seats: SeatSet;
  readonly feeds: RoomFeeds;
  readonly sessions = new PlayerSessions();

  constructor(
    readonly namespace: string,
    readonly tools: LobbyTools,
  ) {
    const { cluster, clock, gone } = tools;
    const { documents, backplane, topics, sets } = cluster;
    const prefix = `lobby:${namespace}`;
    // What each node lists by itself is listed anew from its rooms when they are joined.
    const lists = { begin: () => undefined, join: (_: unknown, theirs: Json | undefined) => theirs, ttlMs: KEPT_MS };
    this.documents = new SteadyDocuments(documents, backplane, {
      begin: (key, purpose) => this.known(key.slice(`${prefix}:state:`.length), purpose),
      join: (mine, theirs) => joined(mine, theirs, clock.now()),
      ttlMs: KEPT_MS,
    });
    this.open = new OpenRooms(prefix, new SteadyDocuments(documents, backplane, lists));
    this.index = new RoomIndex(prefix, new SteadyDocuments(documents, backplane, lists));
    this.rooms = new LobbyRooms({
      prefix,
      documents: this.documents,
      index: this.index,
      open: this.open,
      removed: new SteadyDocuments(documents, backplane, { ...lists, join: (mine) => mine, ttlMs: REMOVED_MS }),
      topics,
      clock,
      gone,
    });
    this.matchmaker = new Matchmaker(this.rooms, this.open, clock);
    this.seats = new SeatSet(prefix, sets);
    this.feeds = new RoomFeeds(this.rooms, topics, clock, (seat) => {
      this.end(seat);
    });
  }

  /** In the background. What a fault of Redis or Postgres keeps from being done is done by a later sweep. */
  run(name: string, task: () => Promise<unknown>): void {
    this.tools.tasks.run(name, async () => {
      try {
        await task();
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    });
  }

  /** The player of the seat has left, or the room is gone. */
  private end(seat: Seat): void {
    this.feeds.detach(seat);
    const { roomId, playerId, token } = seat;
    seat.tell((listener) => {
      listener.ended(roomId, 'left');
    });
    this.run('leave a seat', () => this.seats.leave(roomId, playerId, token));
  }

  /** While the nodes are apart, a room goes on here when all of its players are here. */
  private known(roomId: string, purpose: 'read' | 'change'): Json | undefined {
    const feed = this.feeds.get(roomId);
    const { state } = feed ?? {};
    if (!feed || !state) return undefined;
    const areAllHere = state.players.every(({ id, byCode }) => byCode || feed.seats.has(id));
    if (purpose === 'change' && !areAllHere) throw new Unavailable();
    return state as unknown as Json;
  }
}

function joined(mine: Json | undefined, theirs: Json | undefined, now: number): Json | undefined {
  if (mine === undefined) return theirs;
  return joinHalves(mine as unknown as RoomState, theirs as unknown as RoomState | undefined, now) as unknown as Json;
}
