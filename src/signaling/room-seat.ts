import type { Json } from '../cluster/cluster.js';
import type { ConnectionId, UserId } from '../common/ids.js';
import type { Departure } from '../realtime/raw-gateway.js';
import type { WireText } from '../realtime/wire.js';

/** Who is in a room. Frozen, and the same object for all listeners of a node until it changes. */
export interface RoomParticipant {
  /** Its id in the room: a client id, a peer id, a socket id, a player id. */
  readonly member: string;
  /** Grows with each join: in a pair the higher one makes the first offer and is the polite one (protocol section 5). */
  readonly order: number;
  readonly userId: UserId;
  readonly username: string;
  /** What the dialect shows of it beside that: media, a raised hand, a name. */
  readonly data: Json;
}

/** What one participant sends to another, or to all others. Frozen, and one object for all seats of a node. */
export interface RoomSignal {
  readonly from: string;
  readonly to?: string;
  readonly kind: string;
  /** The event as its sender's gateway has put it on the wire. */
  readonly text: WireText;
}

/** What one seat is told: never about itself, in order, and never before `enter` has resolved. It must not throw. */
export interface RoomListener {
  joined(participant: RoomParticipant): void;
  /** Always, once, however it ended, also by its node's death; one in its grace has not left. */
  left(participant: RoomParticipant): void;
  /** Its data or its name is another, or its order, after two halves of a room were joined. */
  updated(participant: RoomParticipant): void;
  received(signal: RoomSignal): void;
  /**
   * Whether a signal would arrive. From the first time that it would not, what the seat is sent is kept, for the case that it
   * leaves broken and comes back.
   */
  canReceive?(): boolean;
  /** Whether what it was sent in this turn of the event loop has not been written either: then that is kept too. */
  hasBrokenOff?(): boolean;
  /** A newer connection of the same user has taken the seat (4409). The last call. */
  replaced(): void;
  /** It was sent away (4403). The last call. */
  removed(reason: string): void;
  /** Its own order is another: two halves of the room were joined after Redis was away. */
  moved?(order: number): void;
}

export interface RoomEntry {
  /** Made by `roomScope`. */
  scope: string;
  member: string;
  /** A connection enters a scope once. */
  connectionId: ConnectionId;
  userId: UserId;
  username: string;
  data: Json;
  /** Most participants, those in their grace included; without it ROOM_MAX_PARTICIPANTS. */
  limit?: number;
  listener: RoomListener;
}

/** A connection's place in a room. */
export interface RoomSeat {
  readonly order: number;
  /** It took over from an older connection of the same user, or came back in its grace: nobody is told of a join. */
  readonly replaced: boolean;
  /** By order. Right after `enter`: exactly those whom the listener is not told of. */
  others(): readonly RoomParticipant[];
  participant(member: string): RoomParticipant | undefined;
  /** Whether it has left within the last 5 s. */
  hasJustLeft(member: string): boolean;
  /**
   * Relays to one participant, or to all but this one, on every node. Signals to one target arrive in the order sent. A
   * target that is away in its grace gets them when it comes back; everything else is volatile. `kind` is for logs and
   * counters. The text is frozen.
   *
   * @throws TargetNotFound; Conflict once the seat is lost
   */
  signal(kind: string, text: WireText, to?: string): void;
  /** Other data; the others are told. False once the seat is lost. */
  update(data: Json): Promise<boolean>;
  /** A clean departure counts at once, a broken one when the grace is over. A second call, or one after the seat is lost, does nothing. */
  leave(departure: Departure): Promise<void>;
}

/** The name of a room among all that nodes share. */
export function roomScope(kind: string, id: string): string {
  return `room:${kind}:${id}`;
}
