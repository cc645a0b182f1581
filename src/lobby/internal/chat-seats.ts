import type { Cancel } from '../../common/clock.js';
import { Conflict, Forbidden } from '../../common/domain-error.js';
import { NAMESPACE_CHAT } from '../lobby-chat.js';
import type { Chat, ChatMessage } from '../lobby-chat.js';
import { RoomNotFound } from '../lobby.errors.js';
import { playerOf } from '../room-state.js';
import type { Lobby } from './lobby.js';

/** Chats of one connection: those of its rooms, and that of the namespace. */
const MOST_CHATS = 50;
const MOST_HELD = 1000;

interface Joined {
  leave: Cancel;
  /** What is said before the answer is out; undefined from then on. */
  held: ChatMessage[] | undefined;
}

export interface ChatOpening {
  /** The last 20, oldest first. */
  messages: ChatMessage[];
  /** From now on what is said is told; call it once the answer has gone out. */
  begin: () => void;
}

/** The chats that one connection has joined. */
export class LobbyChatSeats {
  private readonly joined = new Map<string, Joined>();
  private isClosed = false;

  constructor(
    private readonly lobby: Lobby,
    private readonly player: { readonly id: string; readonly name: string },
    private readonly listener: { said(message: ChatMessage): void },
  ) {}

  /** @throws RoomNotFound or Forbidden in a room that the player is not in */
  async join(roomId: string): Promise<ChatOpening> {
    const chat = await this.chatOf(roomId);
    const joined = await this.enter(chat);
    const messages = await this.lobby.chats.recent(this.lobby.parts.namespace, chat);
    const begin = () => {
      this.begin(joined, messages);
    };
    return { messages, begin };
  }

  /** Who says something is in the chat from then on. */
  async say(roomId: string, text: string): Promise<ChatMessage> {
    const chat = await this.chatOf(roomId);
    const joined = await this.enter(chat);
    this.begin(joined, []);
    return this.lobby.chats.say(this.lobby.parts.namespace, chat, this.player, text);
  }

  leaveRoom(roomId: string): void {
    this.joined.get(roomId)?.leave();
    this.joined.delete(roomId);
  }

  close(): void {
    this.isClosed = true;
    for (const roomId of [...this.joined.keys()]) this.leaveRoom(roomId);
  }

  private begin(joined: Joined, shown: readonly ChatMessage[]): void {
    const ids = new Set(shown.map(({ id }) => id));
    for (const message of joined.held ?? []) if (!ids.has(message.id)) this.listener.said(message);
    joined.held = undefined;
  }

  private async enter(chat: Chat): Promise<Joined> {
    const { roomId } = chat;
    const present = this.joined.get(roomId);
    if (present) return present;
    if (this.joined.size >= MOST_CHATS) throw new Conflict('You are in too many chats.');
    const joined: Joined = { leave: () => undefined, held: [] };
    joined.leave = await this.lobby.chats.join(this.lobby.parts.namespace, chat, (message) => {
      if (joined.held === undefined) this.listener.said(message);
      else if (joined.held.length < MOST_HELD) joined.held.push(message);
    });
    this.joined.set(roomId, joined);
    if (this.isClosed) this.leaveRoom(roomId);
    if (chat.life !== null) await this.confirm(roomId);
    return joined;
  }

  /** The player may have left the room while the chat was entered, which nobody says again. */
  private async confirm(roomId: string): Promise<void> {
    try {
      await this.chatOf(roomId);
    } catch (error) {
      this.leaveRoom(roomId);
      throw error;
    }
  }

  private async chatOf(roomId: string): Promise<Chat> {
    if (roomId === NAMESPACE_CHAT) return { roomId, life: null };
    const room = await this.lobby.parts.rooms.get(roomId);
    if (playerOf(room, this.player.id)) return { roomId, life: room.life };
    if (room.isPrivate) throw new RoomNotFound();
    throw new Forbidden('You are not a player of this room.');
  }
}
