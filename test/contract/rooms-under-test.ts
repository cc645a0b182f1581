import type { ConnectionId, UserId } from '../../src/common/ids.js';
import type { Departure } from '../../src/realtime/raw-gateway.js';
import { roomScope } from '../../src/signaling/room-seat.js';
import type { RoomEntry, RoomListener, RoomSeat } from '../../src/signaling/room-seat.js';
import type { SignalingRooms } from '../../src/signaling/signaling-rooms.js';

export const ROOM = roomScope('room', 'r');
export const GRACE_MS = 4000;
export const CLEAN: Departure = { how: 'clean' };
export const BROKEN: Departure = { how: 'broken', extraGraceMs: 0 };

/** Two nodes or more that share their rooms, and their time. */
export interface RoomsUnderTest {
  nodes: readonly [SignalingRooms, SignalingRooms, ...SignalingRooms[]];
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export type MakeRooms = () => Promise<RoomsUnderTest>;

/** A participant of a test, and all that it was told, as texts: `joined bob 2`, `bob: hi`. */
export interface Guest {
  seat: RoomSeat;
  told: string[];
  says(text: string, to?: string): void;
}

let connections = 0;

/** Enters as the user of the member's name, unless `more` says otherwise. */
export async function enter(rooms: SignalingRooms, member: string, more: Partial<RoomEntry> = {}): Promise<Guest> {
  const told: string[] = [];
  const entry: RoomEntry = {
    scope: ROOM,
    member,
    connectionId: `connection ${++connections}` as ConnectionId,
    userId: member as UserId,
    username: member,
    data: null,
    listener: listenerOf(told),
    ...more,
  };
  const seat = await rooms.enter(entry);
  told.push(
    `entered with ${seat
      .others()
      .map((other) => other.member)
      .join()}`,
  );
  return {
    seat,
    told,
    says: (text, to) => {
      seat.signal('test', [text], to);
    },
  };
}

function listenerOf(told: string[]): RoomListener {
  return {
    joined: ({ member, order }) => told.push(`joined ${member} ${order}`),
    left: ({ member }) => told.push(`left ${member}`),
    updated: ({ member, order, data }) => told.push(`updated ${member} ${order} ${JSON.stringify(data)}`),
    received: ({ from, text }) => told.push(`${from}: ${text.join('')}`),
    replaced: () => told.push('replaced'),
    removed: (reason) => told.push(`removed: ${reason}`),
    moved: (order) => told.push(`moved ${order}`),
  };
}
