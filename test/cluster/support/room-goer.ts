/** Someone who is in a room, comes back to it by itself, and keeps an application's picture of who else is there. */
export abstract class RoomGoer {
  /** By what others name it; a new one with each connection where the dialect has it so. */
  id = '';
  order = 0;
  /** The others, with their orders. */
  readonly roster = new Map<string, number>();
  /** What broke the promise, in words. */
  readonly violations: string[] = [];
  isIn = false;
  entries = 0;
  /** How often it was cut off without a word before. */
  broken = 0;
  /** Why its last attempt came to nothing. */
  refusal = '';
  /** It does not come back by itself the next time. */
  staysAway = false;
  /** The server has asked for this much patience before the next attempt. */
  protected askedToWaitMs: number | undefined;

  constructor(readonly roomId: string) {}

  abstract come(): void;
  abstract stop(): Promise<void>;

  protected entered(id: string, order: number, others: readonly { id: string; order: number }[]): void {
    this.id = id;
    this.order = order;
    this.roster.clear();
    for (const other of others) this.roster.set(other.id, other.order);
    const orders = [order, ...this.roster.values()];
    if (new Set(orders).size < orders.length) this.violations.push(`orders ${orders.join(', ')}`);
    if (this.roster.has(id)) this.violations.push('saw itself');
    this.isIn = true;
    this.entries++;
  }

  protected joined(id: string, order: number): void {
    if (this.roster.has(id)) this.violations.push(`${id} joined twice`);
    this.roster.set(id, order);
  }

  protected left(id: string): void {
    if (!this.roster.delete(id)) this.violations.push(`${id} left, and was not there`);
  }

  protected lost(): void {
    if (this.isIn && this.askedToWaitMs === undefined) this.broken++;
    this.isIn = false;
  }
}

/** What is wrong with the pictures of those who are in the same rooms: each must have all the others, with their orders. */
export function disagreements(goers: readonly RoomGoer[]): string[] {
  const present = goers.filter(({ staysAway }) => !staysAway);
  return present.flatMap((goer) => {
    if (!goer.isIn) return [`one of ${goer.roomId} is not back: ${goer.refusal}`];
    const others = present.filter((other) => other !== goer && other.roomId === goer.roomId);
    const sees = describe([...goer.roster]);
    const is = describe(others.map(({ id, order }) => [id, order]));
    return sees === is ? [] : [`${goer.id} in ${goer.roomId} sees ${sees}, and not ${is}`];
  });
}

function describe(entries: [string, number][]): string {
  return entries
    .map(([id, order]) => `${id}#${order}`)
    .sort()
    .join(' ');
}
