import { Injectable, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import type { PageRequest } from '../common/paging.js';
import { Settings } from '../config/settings.js';
import { LobbyChats } from './internal/lobby-chats.js';
import { Lobby } from './internal/lobby.js';
import type { RoomSummary } from './internal/room-index.js';
import { LobbySession } from './lobby-session.js';
import type { LobbyPlayer, SessionListener } from './lobby-session.js';
import { NoSuchLobby } from './lobby.errors.js';
import { LobbyService } from './lobby.service.js';
import type { RoomState } from './room-state.js';

const PRUNE_MS = 3_600_000;

/** Every lobby of this node, by namespace: those of `LOBBY_NAMESPACES`, and those that modules register. */
@Injectable()
export class Lobbies implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly lobbies = new Map<string, Lobby>();
  private stopPruning: Cancel = () => undefined;
  private isStarted = false;
  private serve: (namespace: string) => void = () => undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
    private readonly chats: LobbyChats,
    settings: Settings,
  ) {
    for (const namespace of settings.LOBBY_NAMESPACES) this.open(namespace);
  }

  /** The namespaces that have a lobby. */
  get namespaces(): readonly string[] {
    return [...this.lobbies.keys()];
  }

  /** @throws NoSuchLobby */
  of(namespace: string): LobbyService {
    return new LobbyService(this.get(namespace));
  }

  /**
   * A lobby of a module's own, with rooms, numbers and chat of its own; its namespace is served from now on, or, when this is
   * called as the application starts, from then on.
   */
  register(namespace: string): LobbyService {
    return new LobbyService(this.lobbies.get(namespace) ?? this.open(namespace));
  }

  /** For the gateway: tells it every namespace that is to be served, those that there are and those to come. */
  serveBy(serve: (namespace: string) => void): void {
    this.serve = serve;
    for (const namespace of this.lobbies.keys()) serve(namespace);
  }

  /** For the gateway: what one connection does in a lobby. @throws NoSuchLobby */
  enter(namespace: string, player: LobbyPlayer, listener: SessionListener): LobbySession {
    return new LobbySession(this.get(namespace), player, listener);
  }

  /** In the order of making; private rooms are for their players alone. @throws NoSuchLobby */
  async listRooms(namespace: string, playerId: string, { limit, after }: PageRequest): Promise<RoomState[]> {
    const { index, rooms, seats } = this.get(namespace).parts;
    const isSeen = ({ id, isPrivate }: RoomSummary) => !isPrivate || seats.has(id, playerId);
    const summaries = (await index.list()).filter(isSeen).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const later = after
      ? summaries.filter((room) => isBefore({ createdAt: after.at.toISOString(), id: after.id }, room))
      : summaries;
    const found: RoomState[] = [];
    // Some may be gone since they were listed: then the next ones take their places.
    for (let from = 0; found.length < limit && from < later.length; from += limit) {
      const states = await Promise.all(later.slice(from, from + limit).map(({ id }) => rooms.find(id)));
      found.push(...states.filter((state) => state !== undefined));
    }
    return found.slice(0, limit);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.isStarted = true;
    this.stopPruning = this.clock.every(PRUNE_MS, () => {
      this.tasks.run('prune lobby chats', () => this.chats.prune(this.namespaces));
    });
    await Promise.all([...this.lobbies.values()].map((lobby) => lobby.care.start()));
  }

  /** When every connection has gone. */
  async onApplicationShutdown(): Promise<void> {
    this.stopPruning();
    if (this.isStarted) await Promise.all([...this.lobbies.values()].map((lobby) => lobby.care.stop()));
  }

  private open(namespace: string): Lobby {
    const { cluster, clock, tasks } = this;
    const lobby = new Lobby(namespace, this.chats, { cluster, clock, tasks });
    this.lobbies.set(namespace, lobby);
    this.serve(namespace);
    if (this.isStarted) tasks.run('start a lobby', () => lobby.care.start());
    return lobby;
  }

  private get(namespace: string): Lobby {
    const lobby = this.lobbies.get(namespace);
    if (!lobby) throw new NoSuchLobby();
    return lobby;
  }
}

type Placed = Pick<RoomSummary, 'createdAt' | 'id'>;

function isBefore(a: Placed, b: Placed): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}
