import { createHash } from 'node:crypto';
import type { Json } from '../../cluster/cluster.js';
import type { RoomState, RoomStatus } from '../room-state.js';
import type { SteadyDocuments } from './steady-documents.js';

/** Each change of a room changes one of so many documents; whoever reads the index reads all of them. */
const SHARDS = 8;

export interface RoomSummary {
  readonly id: string;
  readonly life: string;
  readonly rev: number;
  readonly status: RoomStatus;
  readonly players: number;
  readonly isPrivate: boolean;
  readonly createdAt: string;
}

interface Shard {
  key: string;
  /** Undefined: the room is gone. */
  pending: Map<string, RoomSummary | undefined>;
  /** The write that takes what is pending. */
  next: Promise<void> | undefined;
  last: Promise<void>;
}

/** Which rooms a namespace has. What changes while a write is under way goes together in the next one. */
export class RoomIndex {
  private readonly shards: Shard[];

  constructor(
    prefix: string,
    private readonly documents: SteadyDocuments,
  ) {
    this.shards = Array.from({ length: SHARDS }, (_, n) => ({
      key: `${prefix}:index:${n}`,
      pending: new Map(),
      next: undefined,
      last: Promise.resolve(),
    }));
  }

  /** Resolves once it is to be seen on every node. */
  note(state: RoomState): Promise<void> {
    const { roomId: id, life, rev, status, players, isPrivate, createdAt } = state;
    return this.put(id, { id, life, rev, status, players: players.length, isPrivate, createdAt });
  }

  forget(id: string): Promise<void> {
    return this.put(id, undefined);
  }

  async list(): Promise<RoomSummary[]> {
    const shards = await Promise.all(this.shards.map(({ key }) => this.documents.get(key)));
    return shards.flatMap((value) => read(value));
  }

  private put(id: string, summary: RoomSummary | undefined): Promise<void> {
    const shard = this.shardOf(id);
    shard.pending.set(id, summary);
    shard.next ??= this.writeAfter(shard);
    return shard.next;
  }

  private shardOf(id: string): Shard {
    const [byte = 0] = createHash('sha256').update(id).digest();
    const shard = this.shards[byte % SHARDS];
    if (!shard) throw new Error('the index has no shards');
    return shard;
  }

  private writeAfter(shard: Shard): Promise<void> {
    const write = shard.last.then(async () => {
      const { pending } = shard;
      shard.pending = new Map();
      shard.next = undefined;
      await this.documents.change(shard.key, (value) => applied(value, pending));
    });
    shard.last = write.catch(() => undefined);
    return write;
  }
}

function read(value: Json | undefined): readonly RoomSummary[] {
  return (value ?? []) as unknown as RoomSummary[];
}

function applied(value: Json | undefined, pending: ReadonlyMap<string, RoomSummary | undefined>): Json | undefined {
  const rooms = new Map(read(value).map((room) => [room.id, room]));
  let isChanged = false;
  for (const [id, summary] of pending) {
    const known = rooms.get(id);
    if (summary === undefined ? !known : known?.life === summary.life && known.rev >= summary.rev) continue;
    isChanged = true;
    if (summary) rooms.set(id, summary);
    else rooms.delete(id);
  }
  if (!isChanged) return value;
  return rooms.size > 0 ? ([...rooms.values()] as unknown as Json) : undefined;
}
