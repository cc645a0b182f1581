const ROOM_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

/** Paths of other gateways: they are no room ids. */
const RESERVED = new Set(['channel', 'dm', 'meet', 'user']);

/** What is wrong with a text that is none. */
export const NO_ROOM_ID = 'must be 1 to 128 of A-Z a-z 0-9 _ . : - and none of channel, dm, meet and user';

/** Whether a text can name a room, a meeting or a call: 1 to 128 of `A-Z a-z 0-9 _ . : -`, and not reserved. */
export function isRoomId(text: string): boolean {
  return ROOM_ID.test(text) && !RESERVED.has(text);
}
