import type { FrameSocketTarget } from './frame-socket.js';

/** One connection that the load opens: whose it is, and the room (channel) that it is in. */
export interface Member {
  room: string;
  userId: string;
  username: string;
  token: string;
}

export type DialectName = 'parley' | 'parley-room' | 'parley-lobby' | 'calls' | 'plain' | 'nest' | 'socket.io';

/** How a server wants to be spoken to; the payloads are the same for all. */
export interface Dialect {
  target(member: Member, query: string): Pick<FrameSocketTarget, 'path' | 'headers'>;
  /** Sent once the WebSocket is open. */
  greeting?(member: Member): string;
  /** What the server says to the greeting, and what is then sent. */
  welcome?: { opening: Buffer; answer: (member: Member) => string };
  /** What every frame begins with that refuses the greeting. */
  refusal?: Buffer;
  /** The event by which the server says that one is in. */
  hello: string;
  /** What others name a client by, from what it was welcomed with; else its user's id. */
  addressOf?(welcome: string): string;
  command(type: string, fields: object): string;
  /** What every frame with this event begins with. */
  opening(type: string): Buffer;
  /** The event's fields. */
  read(text: string): Record<string, unknown>;
  /** A WebRTC offer to one other client: its event, the same in both directions, and its fields. */
  offer: { event: string; fields: (address: string, offer: object, sender: Member) => object };
}

const typed = {
  hello: 'connected',
  command: (type: string, fields: object) => JSON.stringify({ type, ...fields }),
  opening: (type: string) => Buffer.from(`{"type":"${type}"`),
  read: (text: string) => JSON.parse(text) as Record<string, unknown>,
};

/** Events of a namespace; `prefix` is empty for the namespace `/`. */
const packets = (prefix: string): Pick<Dialect, 'hello' | 'refusal' | 'command' | 'opening' | 'read'> => ({
  hello: 'connected',
  refusal: Buffer.from(`44${prefix}`),
  command: (type: string, fields: object) => `42${prefix}${JSON.stringify([type, fields])}`,
  opening: (type: string) => Buffer.from(`42${prefix}["${type}"`),
  read: (text: string) => (JSON.parse(text.slice(2 + prefix.length)) as [string, Record<string, unknown>])[1],
});

const toUser: Dialect['offer'] = {
  event: 'webrtc_offer',
  fields: (address, data) => ({ target_user_id: address, data }),
};

function peerQuery({ room, userId, username }: Member): string {
  return `room=${room}&user=${userId}&username=${username}`;
}

const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';

export const DIALECTS: Record<DialectName, Dialect> = {
  parley: {
    ...typed,
    target: ({ room, token }, query) => ({
      path: `/ws/channel/${room}?${query}`,
      headers: { Authorization: `Bearer ${token}` },
    }),
    offer: toUser,
  },
  'parley-room': {
    ...typed,
    target: ({ room, userId, token }) => ({
      path: `/ws/${room}?client_id=${userId}`,
      headers: { Authorization: `Bearer ${token}` },
    }),
    hello: 'users_in_room',
    offer: { event: 'offer', fields: (to, offer) => ({ to, offer }) },
  },
  'parley-lobby': {
    ...packets('/lobby,'),
    target: () => ({ path: SOCKET_IO }),
    greeting: ({ token }) => `40/lobby,${JSON.stringify({ token })}`,
    offer: {
      event: 'webrtc_offer',
      fields: (target_id, offer, { room: room_id }) => ({ room_id, target_id, offer }),
    },
  },
  /** Parley's, and that of the peer which checks the same. */
  calls: {
    ...packets(''),
    target: () => ({ path: SOCKET_IO }),
    greeting: ({ token }) => `40${JSON.stringify({ token })}`,
    welcome: {
      opening: Buffer.from('40{'),
      answer: ({ room }) => `42${JSON.stringify(['webrtc:join-room', { callRoomId: room }])}`,
    },
    hello: 'webrtc:room-joined',
    addressOf: (welcome) => (JSON.parse(welcome.slice(2)) as { sid: string }).sid,
    offer: {
      event: 'webrtc:offer',
      fields: (targetSocketId, offer, { room: callRoomId }) => ({ callRoomId, targetSocketId, offer }),
    },
  },
  plain: { ...typed, target: (member, query) => ({ path: `/?${peerQuery(member)}&${query}` }), offer: toUser },
  nest: {
    target: (member, query) => ({ path: `/?${peerQuery(member)}&${query}` }),
    hello: 'connected',
    command: (event, data) => JSON.stringify({ event, data }),
    opening: (type) => Buffer.from(`{"event":"${type}"`),
    read: (text) => (JSON.parse(text) as { data: Record<string, unknown> }).data,
    offer: toUser,
  },
  'socket.io': {
    ...packets(''),
    target: (member, query) => ({ path: `${SOCKET_IO}&${peerQuery(member)}&${query}` }),
    greeting: () => '40',
    offer: toUser,
  },
};

/** Whether a frame begins with these bytes. */
export function begins(bytes: Buffer, start: number, end: number, opening: Buffer): boolean {
  if (end - start < opening.length) return false;
  for (let i = 0; i < opening.length; i++) if (bytes[start + i] !== opening[i]) return false;
  return true;
}
