import type { Json } from '../../cluster/cluster.js';
import { openSeats } from '../room-state.js';
import type { RoomState } from '../room-state.js';
import type { SteadyDocuments } from './steady-documents.js';

/** A pool lists so many rooms; the ones beyond are found by their ids alone. */
const MOST_OPEN = 1000;

interface OpenRoom {
  readonly id: string;
  readonly free: number;
  /** Of the room, when this was written: what is older does not count. */
  readonly rev: number;
}

/** Seats in a room, given to those who look for a match: the room itself decides whether they are still free. */
export interface Reserved {
  roomId: string;
  seats: number;
}

/** The rooms with free seats of each pool, so that those who look for a match at one moment do not miss each other. */
export class OpenRooms {
  constructor(
    private readonly prefix: string,
    private readonly documents: SteadyDocuments,
  ) {}

  /**
   * Takes seats for so many in one step: the fullest rooms first, then new ones, of which one at most stays open.
   * `newId` names the new rooms, and gives the same name for the same number.
   */
  async reserve(pool: string, wanted: number, maxPlayers: number, newId: (n: number) => string): Promise<Reserved[]> {
    let reserved: Reserved[] = [];
    await this.change(pool, (open) => {
      const outcome = share(open, wanted);
      reserved = outcome.reserved;
      const left = [...outcome.open];
      for (let n = 0, rest = outcome.rest; rest > 0; n += 1, rest -= maxPlayers) {
        const id = newId(n);
        reserved.push({ roomId: id, seats: Math.min(rest, maxPlayers) });
        if (rest < maxPlayers) left.push({ id, free: maxPlayers - rest, rev: 0 });
      }
      return left;
    });
    return reserved;
  }

  /** The rooms with free seats, the fullest first. */
  async list(pool: string): Promise<string[]> {
    return read(await this.documents.get(this.keyOf(pool))).map(({ id }) => id);
  }

  /** Says how many seats the room has now, unless something newer is known of it. */
  async tell(state: RoomState): Promise<void> {
    const { roomId: id, pool, rev } = state;
    const free = openSeats(state);
    await this.change(pool, (open) => {
      const known = open.find((room) => room.id === id);
      if (known ? known.rev > rev || (known.free === free && known.rev === rev) : free === 0) return open;
      const others = open.filter((room) => room !== known);
      return free > 0 ? [...others, { id, free, rev }] : others;
    });
  }

  /** The room is gone, or is in another pool. */
  async forget(pool: string, id: string): Promise<void> {
    await this.change(pool, (open) => (open.some((room) => room.id === id) ? open.filter((r) => r.id !== id) : open));
  }

  private async change(pool: string, change: (open: readonly OpenRoom[]) => readonly OpenRoom[]): Promise<void> {
    await this.documents.change(this.keyOf(pool), (value) => {
      const before = read(value);
      const after = change(before);
      if (after === before) return value;
      const kept = [...after].sort((a, b) => a.free - b.free).slice(0, MOST_OPEN);
      return kept.length > 0 ? (kept as unknown as Json) : undefined;
    });
  }

  private keyOf(pool: string): string {
    return `${this.prefix}:pool:${pool}`;
  }
}

function read(value: Json | undefined): readonly OpenRoom[] {
  return (value ?? []) as unknown as OpenRoom[];
}

function share(open: readonly OpenRoom[], wanted: number): { reserved: Reserved[]; open: OpenRoom[]; rest: number } {
  const reserved: Reserved[] = [];
  const left: OpenRoom[] = [];
  let rest = wanted;
  for (const room of open) {
    const seats = Math.min(room.free, rest);
    if (seats > 0) reserved.push({ roomId: room.id, seats });
    if (room.free > seats) left.push({ ...room, free: room.free - seats });
    rest -= seats;
  }
  return { reserved, open: left, rest };
}
