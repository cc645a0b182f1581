import type { LeasedSets, Member, SetDelta } from '../../cluster/cluster.js';
import type { Cancel } from '../../common/clock.js';

export interface SeatDelta {
  readonly kind: SetDelta['kind'];
  readonly roomId: string;
  readonly playerId: string;
  /** The seat was empty for a while before: its grace was running. */
  readonly wasLeaving: boolean;
  readonly previousToken?: string;
}

interface SeatName {
  roomId: string;
  playerId: string;
  token: string;
}

/** Says of a seat's holder that it was there when another of the player's connections broke, and has not asked for the seat. */
const STANDS_IN = 'stands in';

/** Which players of a namespace have a connection that holds their seat, on every node. */
export class SeatSet {
  private readonly entries = new Map<string, Member>();
  private readonly ofPlayer = new Map<string, Set<string>>();
  private readonly ofRoom = new Map<string, Set<string>>();
  private watching: Promise<Cancel> | undefined;

  constructor(
    private readonly scope: string,
    private readonly sets: LeasedSets,
  ) {}

  async start(listener: (delta: SeatDelta) => void): Promise<void> {
    const watching = this.sets.watch(this.scope, (delta) => {
      listener(this.apply(delta));
    });
    this.watching = watching.then(({ stop }) => stop);
    for (const entry of (await watching).snapshot.members) this.put(entry);
  }

  async stop(): Promise<void> {
    (await this.watching)?.();
  }

  /** `taken`: somebody holds it, and is to be left alone. */
  async take(
    { roomId, playerId, token }: SeatName,
    { standsIn = false, holder = 'replace' }: { standsIn?: boolean; holder?: 'replace' | 'refuse' } = {},
  ): Promise<'joined' | 'replaced' | 'taken'> {
    const { status } = await this.sets.join(this.scope, {
      member: memberOf(roomId, playerId),
      token,
      data: standsIn ? STANDS_IN : null,
      taken: holder,
      answer: 'version',
    });
    return status === 'full' ? 'taken' : status;
  }

  /** False when another connection holds it. */
  leave(roomId: string, playerId: string, token: string, graceMs = 0): Promise<boolean> {
    return this.sets.leave(this.scope, memberOf(roomId, playerId), token, { graceMs });
  }

  /** Whether its seat counts, as this node knows: also while its grace runs. */
  has(roomId: string, playerId: string): boolean {
    return this.entries.has(memberOf(roomId, playerId));
  }

  isLeaving(roomId: string, playerId: string): boolean {
    return this.entries.get(memberOf(roomId, playerId))?.leaving ?? false;
  }

  /** Whether a connection of the player that comes now is to have it: nobody holds it, or one that only stood in. */
  isForNext(roomId: string, playerId: string): boolean {
    const entry = this.entries.get(memberOf(roomId, playerId));
    return entry !== undefined && (entry.leaving || entry.data === STANDS_IN);
  }

  roomsOf(playerId: string): readonly string[] {
    return [...(this.ofPlayer.get(playerId) ?? [])];
  }

  private apply({ kind, entry, previousToken }: SetDelta): SeatDelta {
    const wasLeaving = kind === 'left' ? entry.leaving : (this.entries.get(entry.member)?.leaving ?? false);
    if (kind === 'left') this.remove(entry);
    else this.put(entry);
    return { kind, ...partsOf(entry.member), wasLeaving, ...(previousToken !== undefined && { previousToken }) };
  }

  countIn(roomId: string): number {
    return this.ofRoom.get(roomId)?.size ?? 0;
  }

  private put(entry: Member): void {
    this.entries.set(entry.member, entry);
    const { roomId, playerId } = partsOf(entry.member);
    add(this.ofPlayer, playerId, roomId);
    add(this.ofRoom, roomId, playerId);
  }

  private remove(entry: Member): void {
    this.entries.delete(entry.member);
    const { roomId, playerId } = partsOf(entry.member);
    take(this.ofPlayer, playerId, roomId);
    take(this.ofRoom, roomId, playerId);
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  set.add(value);
  sets.set(key, set);
}

function take(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}

/** A room id has no slash. */
function memberOf(roomId: string, playerId: string): string {
  return `${roomId}/${playerId}`;
}

function partsOf(member: string): { roomId: string; playerId: string } {
  const slash = member.indexOf('/');
  return { roomId: member.slice(0, slash), playerId: member.slice(slash + 1) };
}
