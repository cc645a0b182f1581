import type { Member, SetDelta } from '../../cluster/cluster.js';
import type { RoomParticipant } from '../room-seat.js';
import { Place, placeOf } from './place.js';

const JUST_LEFT_MS = 5000;

interface Waiter {
  version: number;
  wake: () => void;
}

/** Who is in a room, as this node knows it: the set's snapshot, and its deltas since. */
export class RoomRoster {
  private readonly places = new Map<string, Place>();
  private sorted: readonly RoomParticipant[] | undefined;
  /** Who left when, oldest first. */
  private readonly departures = new Map<string, number>();
  private waiters: Waiter[] = [];
  private at = 0;
  /** How many are on other nodes. */
  foreign = 0;

  constructor(private readonly node: string) {}

  /** The version of the set that it shows. */
  get version(): number {
    return this.at;
  }

  get size(): number {
    return this.places.size;
  }

  /** By order. */
  get participants(): readonly RoomParticipant[] {
    return (this.sorted ??= Array.from(this.places.values(), ({ participant }) => participant).sort(
      (a, b) => a.order - b.order,
    ));
  }

  /** When the room was made; undefined while nobody is in it. */
  get made(): number | undefined {
    for (const { made } of this.places.values()) return made;
    return undefined;
  }

  get(member: string): Place | undefined {
    return this.places.get(member);
  }

  start(version: number, members: readonly Member[]): void {
    for (const member of members) this.put(placeOf(member));
    this.at = version;
  }

  apply({ version, kind, entry }: SetDelta, now: number): { before: Place | undefined; after: Place | undefined } {
    const before = this.places.get(entry.member);
    if (before) this.drop(before);
    const after = kind === 'left' ? undefined : placeOf(entry, before);
    if (after) this.put(after);
    if (before && !after) this.departed(entry.member, now);
    this.at = version;
    return { before, after };
  }

  /** Resolves once all that the set's version counts is known here. */
  reached(version: number): Promise<void> {
    if (this.at >= version) return Promise.resolve();
    return new Promise((wake) => {
      this.waiters.push({ version, wake });
    });
  }

  /** Wakes who waits for what is known by now. */
  wake(): void {
    if (this.waiters.length === 0) return;
    const ready = this.waiters.filter(({ version }) => version <= this.at);
    this.waiters = this.waiters.filter(({ version }) => version > this.at);
    for (const { wake } of ready) wake();
  }

  hasJustLeft(member: string, now: number): boolean {
    const at = this.departures.get(member);
    return at !== undefined && now - at <= JUST_LEFT_MS;
  }

  private put(place: Place): void {
    this.places.set(place.participant.member, place);
    this.departures.delete(place.participant.member);
    if (place.node !== this.node) this.foreign += 1;
    this.sorted = undefined;
  }

  private drop(place: Place): void {
    this.places.delete(place.participant.member);
    if (place.node !== this.node) this.foreign -= 1;
    this.sorted = undefined;
  }

  private departed(member: string, now: number): void {
    for (const [earlier, at] of this.departures) {
      if (now - at <= JUST_LEFT_MS) break;
      this.departures.delete(earlier);
    }
    this.departures.delete(member);
    this.departures.set(member, now);
  }
}
