import type { LobbyStats } from '../lobby-stats.js';
import { statsOf } from '../lobby-stats.js';
import type { LobbyChats } from './lobby-chats.js';
import { LobbyCare } from './lobby-care.js';
import { LobbyParts } from './lobby-parts.js';
import type { LobbyTools } from './lobby-parts.js';
import { StatsTeller } from './stats-teller.js';

/** The lobby of one namespace on this node. */
export class Lobby {
  readonly parts: LobbyParts;
  readonly care: LobbyCare;
  readonly teller: StatsTeller;

  constructor(
    namespace: string,
    readonly chats: LobbyChats,
    tools: Omit<LobbyTools, 'gone'>,
  ) {
    this.parts = new LobbyParts(namespace, {
      ...tools,
      gone: ({ life }) => {
        this.parts.run('forget a room’s chat', () => this.chats.forgetRoom(namespace, life));
      },
    });
    this.care = new LobbyCare(this.parts);
    this.teller = new StatsTeller(
      () => this.stats(),
      tools.clock,
      (name, task) => {
        this.parts.run(name, task);
      },
    );
  }

  async stats(): Promise<LobbyStats> {
    return statsOf(await this.parts.index.list());
  }
}
