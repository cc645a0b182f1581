import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Lobbies } from '../../lobby/lobbies.js';
import type { LobbyConnection } from './lobby.context.js';
import { LobbyDialect } from './lobby.dialect.js';
import type { LobbyConnectedEvent } from './lobby.event-shapes.js';
import { envelope } from './lobby.events.js';

/** Everyone who is authenticated may enter a lobby; who has lost the connection to a game is back in it. */
@Injectable()
export class LobbyAdmission {
  constructor(
    private readonly lobbies: Lobbies,
    private readonly clock: Clock,
  ) {}

  async admit(connection: LobbyConnection): Promise<void> {
    const { id: connectionId, userId, user, context } = connection;
    const session = this.lobbies.enter(
      context.namespace,
      { id: userId, name: user.username, connectionId },
      new LobbyDialect(connection),
    );
    context.session = session;
    const greeting = {
      message: `Welcome to ${context.namespace}.`,
      server_time: this.clock.date().toISOString(),
      player_id: userId,
      username: user.username,
    } satisfies LobbyConnectedEvent;
    connection.emit('connected', envelope(greeting));
    await session.comeBack();
  }
}
