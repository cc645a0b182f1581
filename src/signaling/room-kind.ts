const ROOM_KINDS = ['room', 'meeting', 'call'] as const;

/** What has participants under an id that clients choose: the gateways of protocol sections 5, 6 and 7.1. */
export type RoomKind = (typeof ROOM_KINDS)[number];

/** Rooms of different kinds share no names: a meeting `daily` is not the room `daily`. */
export interface RoomName {
  kind: RoomKind;
  roomId: string;
}

/** What `roomScope` has made a scope of; undefined: something that no rule is about. */
export function roomOf(scope: string): RoomName | undefined {
  const [, kindOf, roomId] = /^room:([a-z]+):(.*)$/s.exec(scope) ?? [];
  const kind = ROOM_KINDS.find((known) => known === kindOf);
  return kind !== undefined && roomId !== undefined ? { kind, roomId } : undefined;
}
