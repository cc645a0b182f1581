import { NAMESPACE_CHAT } from './lobby-chat.js';

export const MOST_PLAYERS = 64;

const ROOM_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Reserved in the head of the protocol page, and what the chat of a namespace is called. */
const RESERVED = new Set(['channel', 'dm', 'meet', 'user', NAMESPACE_CHAT]);

export function isRoomId(text: unknown): text is string {
  return typeof text === 'string' && ROOM_ID.test(text) && !RESERVED.has(text);
}
