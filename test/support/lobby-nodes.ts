import type { Json } from '../../src/cluster/cluster.js';
import { LocalCluster } from '../../src/cluster/local-cluster.js';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import type { LobbyChats } from '../../src/lobby/internal/lobby-chats.js';
import { Lobby } from '../../src/lobby/internal/lobby.js';
import { LobbySession } from '../../src/lobby/lobby-session.js';
import { LobbyService } from '../../src/lobby/lobby.service.js';
import type { RoomState } from '../../src/lobby/room-state.js';

export const NODES = 3;

/** Lets what is under way happen. */
export async function turns(n = 20): Promise<void> {
  for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A lobby on three nodes of one cluster, in one process, under a clock of its own. */
export class LobbyNodes {
  /** Lives of the rooms whose chats have been deleted. */
  readonly forgotten: string[] = [];
  readonly nodes: readonly Lobby[];
  private readonly clock = new ManualClock();

  private constructor() {
    const { clock } = this;
    const cluster = new LocalCluster(clock);
    const forgetRoom = (_: string, life: string) => {
      this.forgotten.push(life);
      return Promise.resolve();
    };
    const chats = { forgetRoom } as unknown as LobbyChats;
    this.nodes = Array.from(
      { length: NODES },
      () => new Lobby('/lobby', chats, { cluster, clock, tasks: new BackgroundTasks() }),
    );
  }

  static async start(): Promise<LobbyNodes> {
    const lobby = new LobbyNodes();
    await Promise.all(lobby.nodes.map((node) => node.care.start()));
    return lobby;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.care.stop()));
  }

  /** Lets so much time pass, and what it sets off happen. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(Math.min(left, 1000));
      await turns();
    }
  }

  /** A connection of this player to a node. */
  enter(node: number, name: string): LobbyTab {
    return new LobbyTab(this.nodes[node]!, name);
  }

  service(node = 0): LobbyService {
    return new LobbyService(this.nodes[node]!);
  }

  /** A game of two that has begun, on two nodes. */
  async game(): Promise<{ alice: LobbyTab; bob: LobbyTab; roomId: string }> {
    const [alice, bob] = [this.enter(0, 'alice'), this.enter(1, 'bob')];
    const { roomId } = await alice.create();
    await bob.join(roomId);
    await turns();
    return { alice, bob, roomId };
  }

  present(roomId: string): Promise<RoomState | undefined> {
    return this.nodes[0]!.parts.rooms.find(roomId);
  }
}

let connections = 0;

/** One connection of a player, with what it was told. */
class LobbyTab {
  readonly told: string[] = [];
  readonly texts: string[] = [];
  readonly session: LobbySession;

  constructor(node: Lobby, name: string) {
    const player = { id: name, name, connectionId: `${name}-${++connections}` };
    this.session = new LobbySession(node, player, {
      news: ({ entry }) => {
        const who = 'playerId' in entry ? ` ${entry.playerId}` : '';
        this.told.push(entry.kind === 'moved' ? `${entry.n} ${JSON.stringify(entry.move)}` : `${entry.kind}${who}`);
      },
      relayed: (text) => this.texts.push(text.join('')),
      ended: (_, how) => this.told.push(`${how} for good`),
      said: () => undefined,
      stats: () => undefined,
    });
  }

  join(roomId: string) {
    return begun(this.session.joinRoom(roomId));
  }

  async match(maxPlayers = 2, criteria?: Record<string, Json>): Promise<RoomState> {
    return (await begun(this.session.findMatch({ maxPlayers, criteria }))).room;
  }

  async create(wish: Partial<Parameters<LobbySession['createRoom']>[0]> = {}): Promise<RoomState> {
    return (await begun(this.session.createRoom({ maxPlayers: 2, ...wish }))).room;
  }
}

async function begun<T extends { begin: () => void }>(taking: Promise<T>): Promise<T> {
  const taken = await taking;
  taken.begin();
  return taken;
}
