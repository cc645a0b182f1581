import type { UserId } from '../common/ids.js';

/** The chat of a whole namespace; no room has this id. */
export const NAMESPACE_CHAT = 'chat_room';

export interface ChatMessage {
  readonly id: string;
  /** `chat_room`, or the room whose chat it is. */
  readonly roomId: string;
  readonly userId: UserId;
  readonly username: string;
  readonly text: string;
  readonly createdAt: string;
}

/** A chat: that of the namespace, or that of a room in this life of it. */
export interface Chat {
  readonly roomId: string;
  readonly life: string | null;
}
