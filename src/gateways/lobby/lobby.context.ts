import type { LobbySession } from '../../lobby/lobby-session.js';
import type { SocketConnection } from '../../realtime/socket-connection.js';

export type LobbyConnection = SocketConnection<LobbyContext>;

/** What the gateway keeps of a connection. */
export class LobbyContext {
  /** From the admission on. */
  session: LobbySession | undefined;

  constructor(readonly namespace: string) {}

  get present(): LobbySession {
    if (!this.session) throw new Error('The connection is not admitted yet.');
    return this.session;
  }
}
