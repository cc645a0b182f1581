import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Cluster, Json, Member } from '../cluster/cluster.js';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import { Settings } from '../config/settings.js';
import { Metrics } from '../infra/observability/metrics.js';
import { Place, PlaceData, placeOf } from './internal/place.js';
import { RoomMetrics } from './internal/room-metrics.js';
import { RoomParts } from './internal/room-parts.js';
import { Room } from './internal/room.js';
import type { RoomEntry, RoomParticipant, RoomSeat } from './room-seat.js';

/** The seat of one of this node's connections. */
export type SeatHere = Pick<RoomEntry, 'scope' | 'member' | 'connectionId' | 'userId'>;

type EntryListener = (seat: SeatHere & Pick<RoomSeat, 'replaced'>) => void;

/** So often a removal looks for a newer connection that has taken the place of the one that it was about to end. */
const REMOVAL_ATTEMPTS = 5;
const VERBOSE = new Set(['debug', 'trace']);

/**
 * Rooms on any number of nodes: who is in one, signals between participants, replacement of a connection that comes anew,
 * and a short hold for one that is away. Nothing is stored; a room is there while somebody is in it.
 */
@Injectable()
export class SignalingRooms {
  private readonly rooms = new Map<string, Room>();
  private readonly parts: RoomParts;
  private readonly entryListeners = new Set<EntryListener>();

  constructor(
    private readonly cluster: Cluster,
    clock: Clock,
    settings: Settings,
    metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.parts = {
      cluster,
      clock,
      tasks,
      node: randomUUID(),
      limit: settings.ROOM_MAX_PARTICIPANTS,
      graceMs: settings.RECONNECT_GRACE_MS,
      metrics: new RoomMetrics(metrics, () => this.rooms.values()),
      verbose: VERBOSE.has(settings.LOG_LEVEL),
    };
  }

  /**
   * The same user's newer connection replaces the one that has the member's seat.
   *
   * @throws RoomFull at the limit; SeatTaken when another user has the member's id
   */
  async enter(entry: RoomEntry): Promise<RoomSeat> {
    const { scope } = entry;
    const room = this.rooms.get(scope) ?? this.open(scope);
    const seat = await room.enter(entry);
    for (const listener of this.entryListeners) listener({ ...seatHere(entry), replaced: seat.replaced });
    return seat;
  }

  /** Tells of each connection of this node that has entered a room. Returns its own undo. */
  onEntered(listener: EntryListener): Cancel {
    this.entryListeners.add(listener);
    return () => {
      this.entryListeners.delete(listener);
    };
  }

  /** The seats of this node's connections, in all rooms. */
  seatsHere(): SeatHere[] {
    return [...this.rooms.values()].flatMap((room) => room.entries.map(seatHere));
  }

  /** As `read`, and since when there is a room; undefined: nobody is in it. */
  async describe(scope: string): Promise<{ participants: readonly RoomParticipant[]; since: Date | undefined }> {
    const places = await this.places(scope);
    const [first] = places.map(({ place }) => place.made).sort((a, b) => a - b);
    const since = first === undefined ? undefined : new Date(first);
    return { participants: places.map(({ place }) => place.participant), since };
  }

  /** Who is in the room now, by order, those in their grace included. */
  async read(scope: string): Promise<readonly RoomParticipant[]> {
    return (await this.places(scope)).map(({ place }) => place.participant);
  }

  /** Sends a participant away, whichever node it is on: its listener is told `removed`. False when it is not there. */
  async remove(scope: string, member: string, reason: string): Promise<boolean> {
    return (await this.removeAll(scope, (participant) => participant.member === member, reason)) > 0;
  }

  /** Sends away all who match, by the connections that hold their seats when it resolves, and answers how many. */
  async removeAll(scope: string, matches: (participant: RoomParticipant) => boolean, reason: string): Promise<number> {
    let count = 0;
    for (let attempt = 0; attempt < REMOVAL_ATTEMPTS; attempt += 1) {
      const found = (await this.places(scope)).filter(({ place }) => matches(place.participant));
      const removed = await Promise.all(found.map(({ entry }) => this.sendAway(scope, entry, reason)));
      count += removed.filter(Boolean).length;
      // Who could not be sent away has gone, or has a newer connection by now.
      if (removed.every(Boolean)) break;
    }
    return count;
  }

  private open(scope: string): Room {
    const room: Room = new Room(scope, this.parts, () => {
      if (this.rooms.get(scope) === room) this.rooms.delete(scope);
    });
    this.rooms.set(scope, room);
    return room;
  }

  private async places(scope: string): Promise<{ entry: Member; place: Place }[]> {
    const { members } = await this.cluster.sets.read(scope);
    const places = members.map((entry) => ({ entry, place: placeOf(entry) }));
    return places.filter(({ place }) => place.removed === undefined);
  }

  /** The mark tells whoever holds the connection; the entry's end tells the others. */
  private async sendAway(scope: string, { member, data }: Member, reason: string): Promise<boolean> {
    const entry = data as unknown as PlaceData;
    const marked = { ...entry, removed: reason } as unknown as Json;
    if (!(await this.cluster.sets.update(scope, member, entry.connection, marked))) return false;
    await this.cluster.sets.leave(scope, member, entry.connection);
    return true;
  }
}

function seatHere({ scope, member, connectionId, userId }: RoomEntry): SeatHere {
  return { scope, member, connectionId, userId };
}
