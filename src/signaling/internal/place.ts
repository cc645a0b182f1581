import type { Json, Member } from '../../cluster/cluster.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import type { RoomParticipant } from '../room-seat.js';

/** What an entry of a room's set holds. */
export interface PlaceData {
  connection: ConnectionId;
  /** The node that the connection is on. */
  node: string;
  user_id: UserId;
  username: string;
  /** When the room was made, in ms: the first one who comes says it, the others say it on. */
  made: number;
  data: Json;
  /** Why it is sent away: whoever holds the connection ends it. */
  removed?: string;
}

/** A participant, and what the nodes know of it beside what they show. */
export interface Place extends Pick<PlaceData, 'connection' | 'node' | 'made'> {
  readonly participant: RoomParticipant;
  readonly removed: string | undefined;
  readonly leaving: boolean;
}

/** `before`: what was known of the member; what has not changed stays the same object. */
export function placeOf({ member, order, data: entry, leaving }: Member, before?: Place): Place {
  const { connection, node, user_id: userId, username, made, data, removed } = entry as unknown as PlaceData;
  const fresh: RoomParticipant = Object.freeze({ member, order, userId, username, data });
  const was = before?.participant;
  // Who is being sent away is told as it was: it leaves next.
  const kept = was !== undefined && (removed !== undefined || isSame(was, fresh));
  return { participant: kept ? was : fresh, connection, node, made, removed, leaving };
}

function isSame(a: RoomParticipant, b: RoomParticipant): boolean {
  const alike = a.order === b.order && a.userId === b.userId && a.username === b.username;
  return alike && (a.data === b.data || JSON.stringify(a.data) === JSON.stringify(b.data));
}
