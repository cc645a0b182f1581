import type { LobbyRoomDto } from '../../lobby/dto/lobby-room.dto.js';
import { toLobbyRoomDto } from '../../lobby/dto/lobby-room.dto.js';
import type { ChatMessage } from '../../lobby/lobby-chat.js';
import type { RoomNews } from '../../lobby/lobby-listener.js';
import { playerOf } from '../../lobby/room-state.js';
import { eventText } from '../../realtime/socket-wire.js';
import type { Shape, WireText } from '../../realtime/wire.js';
import type * as shapes from './lobby.event-shapes.js';
import type { NewMessageEvent } from './lobby.event-shapes.js';

export interface Envelope<T> {
  success: true;
  message: 'Success';
  data: T;
}

export function envelope<T>(data: T): Envelope<T> {
  return { success: true, message: 'Success', data };
}

/** What has happened in a room, as its players are told it. */
export function newsText({ entry, room: state }: RoomNews, isPlayer = true): WireText {
  const room_id = state.roomId;
  const room = () => toLobbyRoomDto(state, isPlayer);
  const nameOf = (id: string) => playerOf(state, id)?.name ?? id;
  switch (entry.kind) {
    case 'joined':
      return eventText('player_joined', {
        player_id: entry.playerId,
        player_name: entry.name,
        room: room(),
      } satisfies shapes.PlayerJoinedEvent);
    case 'left':
      return eventText('player_left', { player_id: entry.playerId, room: room() } satisfies shapes.PlayerLeftEvent);
    case 'started': {
      const view: Shape<LobbyRoomDto> = room();
      return eventText('game_start', { ...view, room: view } satisfies shapes.GameStartEvent);
    }
    case 'moved':
      return eventText('game_move', {
        room_id,
        player_id: entry.playerId,
        move: entry.move,
        n: entry.n,
      } satisfies shapes.GameMoveEvent);
    case 'updated':
      return eventText('room_updated', { room: room() } satisfies shapes.RoomUpdatedEvent);
    case 'finished':
      return eventText('game_finished', { room: room(), result: entry.result } satisfies shapes.GameFinishedEvent);
    case 'disconnected':
    case 'reconnected':
      return eventText(`player_${entry.kind}`, {
        player_id: entry.playerId,
        player_name: nameOf(entry.playerId),
        room: room(),
      } satisfies shapes.PlayerDisconnectedEvent);
  }
}

/** The fields of `new_message`. */
export function chatFields({ id, roomId, userId, username, text, createdAt }: ChatMessage): NewMessageEvent {
  return { id, room: roomId, user: username, user_id: userId, text, timestamp: createdAt };
}
