import type { ChatMessage } from '../../lobby/lobby-chat.js';
import type { RoomNews } from '../../lobby/lobby-listener.js';
import type { SessionListener } from '../../lobby/lobby-session.js';
import type { LobbyStats } from '../../lobby/lobby-stats.js';
import { EncodeLast } from '../../realtime/encode-last.js';
import { failureAck } from '../../realtime/socket-failure.js';
import { eventText } from '../../realtime/socket-wire.js';
import type { WireText } from '../../realtime/wire.js';
import type { LobbyConnection } from './lobby.context.js';
import { chatFields, newsText } from './lobby.events.js';

const news = new EncodeLast((item: RoomNews): WireText => newsText(item));
const chat = new EncodeLast((message: ChatMessage): WireText => eventText('new_message', chatFields(message)));
const numbers = new EncodeLast((stats: LobbyStats): WireText => eventText('lobby_stats', stats));

/** What a connection is told of its rooms and chats, in the words of the protocol. */
export class LobbyDialect implements SessionListener {
  constructor(private readonly connection: LobbyConnection) {}

  news(item: RoomNews): void {
    const { entry } = item;
    const isOwn = 'playerId' in entry && entry.playerId === this.connection.userId;
    if (isOwn && entry.kind === 'moved') return;
    // Who has left is no player any more, and does not see the room's data.
    this.connection.sendText(isOwn && entry.kind === 'left' ? newsText(item, false) : news.of(item));
  }

  relayed(text: WireText): void {
    this.connection.sendText(text, 'volatile');
  }

  ended(roomId: string, how: 'left' | 'replaced'): void {
    if (how === 'left') return;
    const message = `Another of your connections has taken your seat in ${roomId}.`;
    this.connection.emit('error', failureAck({ code: 'conflict', message }));
  }

  said(message: ChatMessage): void {
    this.connection.sendText(chat.of(message));
  }

  stats(stats: LobbyStats): void {
    this.connection.sendText(numbers.of(stats), 'volatile');
  }
}
