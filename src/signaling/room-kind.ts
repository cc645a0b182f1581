/** What has participants under an id that clients choose: the gateways of protocol sections 5, 6 and 7.1. */
export type RoomKind = 'room' | 'meeting' | 'call';

/** Rooms of different kinds share no names: a meeting `daily` is not the room `daily`. */
export interface RoomName {
  kind: RoomKind;
  roomId: string;
}
