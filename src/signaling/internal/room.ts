import type { Json, SetDelta } from '../../cluster/cluster.js';
import type { Cancel } from '../../common/clock.js';
import { Conflict } from '../../common/domain-error.js';
import type { ConnectionId } from '../../common/ids.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireText } from '../../realtime/wire.js';
import type { RoomEntry, RoomParticipant } from '../room-seat.js';
import type { Place } from './place.js';
import { RoomMembership } from './room-membership.js';
import type { RoomParts } from './room-parts.js';
import { kindOf, RoomRecord } from './room-record.js';
import { RoomRelay } from './room-relay.js';
import { RoomRoster } from './room-roster.js';
import { Seat } from './seat.js';

/** So long a seat whose entry has gone from the set, without a word why, may be told of anew. */
const LOST_WAIT_MS = 1000;

/** One room with seats on this node: who is in it, and what its seats are told. */
export class Room {
  readonly kind: string;
  private readonly membership: RoomMembership;
  private readonly roster: RoomRoster;
  private readonly record: RoomRecord;
  private readonly relaying: RoomRelay;
  /** By member: those who are in the room by a connection of this node. */
  private readonly seats = new Map<string, Seat>();
  private readonly entering = new Map<ConnectionId, Seat>();
  /** By member: the connections of this node whose grace is running. */
  private readonly away = new Map<string, ConnectionId>();
  private readonly opened: Promise<void>;
  /** When the room was made, in ms, by the node that the first one came to. */
  private made = 0;
  private stops: Cancel[] = [];

  constructor(
    private readonly scope: string,
    private readonly parts: RoomParts,
    /** Called when nobody of this node has to do with it any more. */
    private readonly closed: () => void,
  ) {
    this.membership = new RoomMembership(scope, parts);
    this.roster = new RoomRoster(parts.node);
    this.kind = kindOf(scope);
    this.record = new RoomRecord(scope, parts.metrics.of(this.kind), parts.verbose);
    const seatOf = (connectionId: ConnectionId) => this.seatOf(connectionId);
    this.relaying = new RoomRelay(scope, parts, this.roster, this.seats, seatOf, this.record);
    this.opened = this.open();
    // Whoever enters awaits it, and so learns of a failure.
    this.opened.catch(() => undefined);
  }

  /** @throws RoomFull, SeatTaken */
  async enter(entry: RoomEntry): Promise<Seat> {
    const seat = new Seat(this, entry, this.parts.clock);
    this.entering.set(entry.connectionId, seat);
    try {
      await this.opened;
      await this.join(seat);
    } catch (error) {
      this.entering.delete(entry.connectionId);
      this.closeIfEmpty();
      throw error;
    }
    setImmediate(() => {
      seat.open();
    });
    return seat;
  }

  /** Those of this node's connections. */
  get entries(): RoomEntry[] {
    return Array.from(this.seats.values(), ({ entry }) => entry);
  }

  /** How many of its participants are connected to this node. */
  get seated(): number {
    return this.seats.size;
  }

  othersOf(member: string): readonly RoomParticipant[] {
    return this.roster.participants.filter((participant) => participant.member !== member);
  }

  participant(member: string): RoomParticipant | undefined {
    return this.roster.get(member)?.participant;
  }

  hasJustLeft(member: string): boolean {
    return this.roster.hasJustLeft(member, this.parts.clock.now());
  }

  /** @throws TargetNotFound, Conflict */
  relay(seat: Seat, kind: string, text: WireText, to: string | undefined): void {
    if (seat.phase !== 'seated') throw new Conflict('No longer in the room.');
    this.relaying.send(seat, kind, text, to);
  }

  async update(seat: Seat, data: Json): Promise<boolean> {
    return seat.phase === 'seated' && this.membership.update(seat.entry, data, this.made);
  }

  async leave(seat: Seat, departure: Departure): Promise<void> {
    if (seat.phase !== 'seated') return;
    const { member, connectionId } = seat.entry;
    const missed = seat.end();
    this.seats.delete(member);
    const graceMs = departure.how === 'broken' ? this.parts.graceMs + departure.extraGraceMs : 0;
    if (graceMs > 0) {
      this.away.set(member, connectionId);
      this.relaying.keep(member, missed);
    }
    try {
      const left = await this.membership.leave(seat.entry, graceMs);
      if (!left) this.forgotten(member, connectionId);
      else if (graceMs <= 0) this.departed(member);
    } finally {
      this.closeIfEmpty();
    }
  }

  private async open(): Promise<void> {
    this.stops.push(await this.relaying.subscribe());
    const { snapshot, stop } = await this.parts.cluster.sets.watch(this.scope, (delta) => {
      this.apply(delta);
    });
    this.stops.push(stop);
    this.roster.start(snapshot.version, snapshot.members);
    for (const { member, leaving } of snapshot.members) if (leaving) this.relaying.keep(member);
  }

  private async join(seat: Seat): Promise<void> {
    const { order, version, replaced } = await this.membership.join(seat.entry, this.roster.made);
    seat.replaced = replaced;
    await this.roster.reached(version);
    if (!this.entering.delete(seat.entry.connectionId)) return;
    // A newer connection took the seat before word of this one came.
    seat.sit(order, version);
    seat.end((listener) => {
      listener.replaced();
    });
  }

  private apply(delta: SetDelta): void {
    const { before, after } = this.roster.apply(delta, this.parts.clock.now());
    const { member } = delta.entry;
    if (after) this.placed(before, after);
    else this.gone(member);
    this.tellOthers(member, before?.participant, after?.participant);
    this.roster.wake();
    this.relaying.reached();
    if (!after) this.closeIfEmpty();
  }

  private placed(before: Place | undefined, after: Place): void {
    const { member } = after.participant;
    const seat = this.seats.get(member);
    if (after.leaving) {
      this.relaying.keep(member);
    } else if (seat?.entry.connectionId === after.connection) {
      this.changed(seat, after);
    } else if (this.away.get(member) !== after.connection) {
      this.takenOver(member, before, after);
    }
  }

  /** The member is here by another connection than before, or for the first time. */
  private takenOver(member: string, before: Place | undefined, after: Place): void {
    const seat = this.seats.get(member);
    const missed = seat?.end((listener) => {
      listener.replaced();
    });
    this.seats.delete(member);
    const wasHere = this.away.delete(member) || seat !== undefined;
    const kept = [...this.relaying.takeKept(member), ...(missed ?? [])];
    const arriving = this.entering.get(after.connection);
    if (arriving) {
      this.entering.delete(after.connection);
      this.seats.set(member, arriving);
      arriving.replaced = before !== undefined;
      arriving.sit(after.participant.order, this.roster.version);
      arriving.takeOver(kept, before && before.node !== this.parts.node ? before.node : undefined);
      this.made = after.made;
      this.record.entered(arriving, this.isAlone(member));
    } else if (after.node !== this.parts.node && (wasHere || kept.length > 0)) {
      this.relaying.handOver(after.connection, kept);
    }
    this.closeIfEmpty();
  }

  private changed(seat: Seat, { participant, removed }: Place): void {
    if (removed !== undefined) {
      this.removed(seat, removed);
      // Whoever marked it ends its entry too, unless its node has died before it could.
      this.parts.tasks.run('end a removed seat', () => this.membership.leave(seat.entry, 0));
    } else if (participant.order !== seat.order) {
      const { order } = participant;
      seat.order = order;
      seat.tell((listener) => {
        listener.moved?.(order);
      });
    }
  }

  private removed(seat: Seat, reason: string): void {
    this.seats.delete(seat.member);
    this.departed(seat.member);
    seat.end((listener) => {
      listener.removed(reason);
    });
  }

  private gone(member: string): void {
    if (this.away.delete(member)) this.departed(member);
    this.relaying.takeKept(member);
    const seat = this.seats.get(member);
    // Its node was thought dead, say: then it is announced again at once.
    if (!seat) return;
    this.parts.clock.after(LOST_WAIT_MS, () => {
      this.lost(seat);
    });
  }

  private lost(seat: Seat): void {
    if (this.seats.get(seat.member) !== seat || this.roster.get(seat.member)) return;
    this.removed(seat, 'no longer in the room');
    this.closeIfEmpty();
  }

  /** The set does not know the connection that has left: a newer one has the place, or nobody; word of it may be coming. */
  private forgotten(member: string, connectionId: ConnectionId): void {
    if (this.away.get(member) !== connectionId || this.roster.get(member)?.connection === connectionId) return;
    this.away.delete(member);
    this.relaying.takeKept(member);
  }

  private seatOf(connectionId: ConnectionId): Seat | undefined {
    const arriving = this.entering.get(connectionId);
    if (arriving) return arriving;
    return [...this.seats.values()].find((seat) => seat.entry.connectionId === connectionId);
  }

  /** One who was here by a connection of this node has left. */
  private departed(member: string): void {
    this.record.left(member);
    if (this.isAlone(member)) this.record.ended(member, this.parts.clock.now() - this.made);
  }

  private isAlone(member: string): boolean {
    return this.roster.participants.every((participant) => participant.member === member);
  }

  private tellOthers(member: string, was: RoomParticipant | undefined, is: RoomParticipant | undefined): void {
    if (was === is) return;
    const same = was?.userId === is?.userId;
    for (const seat of this.seats.values()) {
      if (seat.member === member) continue;
      seat.tell((listener) => {
        if (was && is && same) {
          listener.updated(is);
          return;
        }
        if (was) listener.left(was);
        if (is) listener.joined(is);
      });
    }
  }

  private closeIfEmpty(): void {
    if (this.seats.size + this.entering.size + this.away.size > 0) return;
    this.relaying.stop();
    for (const stop of this.stops) stop();
    this.stops = [];
    this.closed();
  }
}
