import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import * as shapes from './lobby.event-shapes.js';

/** What the reference says of the lobby gateway, beside its commands. */
export const LobbyReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'lobby',
      summary:
        'Matchmaking, game rooms, P2P set-up and chat. Each namespace of LOBBY_NAMESPACES, and each that a module registers, is a lobby of its own. A player’s id is the user’s; two connections of a user are one seat, and the later one holds it. A waiting player who drops leaves at once, one of an active room has 30 s to come back: a new connection takes the seat again by itself. Guests may enter.',
      opening: [{ event: shapes.LobbyConnectedEvent, when: 'always' }],
    }),
    WsEmits(...Object.values(shapes)),
  );
