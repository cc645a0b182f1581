import type { FrameSocketTarget } from './frame-socket.js';

/** One connection that the load opens: whose it is, and the room (channel) that it is in. */
export interface Member {
  room: string;
  userId: string;
  username: string;
  token: string;
}

export type DialectName = 'parley' | 'plain' | 'nest' | 'socket.io';

/** How a server wants to be spoken to; the payloads are the same for all. */
export interface Dialect {
  target(member: Member, query: string): Pick<FrameSocketTarget, 'path' | 'headers'>;
  /** Sent once the WebSocket is open. */
  greeting?: string;
  command(type: string, fields: object): string;
  /** What every frame with this event begins with. */
  opening(type: string): Buffer;
  /** The event's fields. */
  read(text: string): Record<string, unknown>;
}

const typed = {
  command: (type: string, fields: object) => JSON.stringify({ type, ...fields }),
  opening: (type: string) => Buffer.from(`{"type":"${type}"`),
  read: (text: string) => JSON.parse(text) as Record<string, unknown>,
};

function peerQuery({ room, userId, username }: Member): string {
  return `room=${room}&user=${userId}&username=${username}`;
}

export const DIALECTS: Record<DialectName, Dialect> = {
  parley: {
    ...typed,
    target: ({ room, token }, query) => ({
      path: `/ws/channel/${room}?${query}`,
      headers: { Authorization: `Bearer ${token}` },
    }),
  },
  plain: { ...typed, target: (member) => ({ path: `/?${peerQuery(member)}` }) },
  nest: {
    target: (member) => ({ path: `/?${peerQuery(member)}` }),
    command: (event, data) => JSON.stringify({ event, data }),
    opening: (type) => Buffer.from(`{"event":"${type}"`),
    read: (text) => (JSON.parse(text) as { data: Record<string, unknown> }).data,
  },
  'socket.io': {
    target: (member) => ({ path: `/socket.io/?EIO=4&transport=websocket&${peerQuery(member)}` }),
    greeting: '40',
    command: (type, fields) => `42${JSON.stringify([type, fields])}`,
    opening: (type) => Buffer.from(`42["${type}"`),
    read: (text) => (JSON.parse(text.slice(2)) as [string, Record<string, unknown>])[1],
  },
};

/** Whether a frame begins with these bytes. */
export function begins(bytes: Buffer, start: number, end: number, opening: Buffer): boolean {
  if (end - start < opening.length) return false;
  for (let i = 0; i < opening.length; i++) if (bytes[start + i] !== opening[i]) return false;
  return true;
}
