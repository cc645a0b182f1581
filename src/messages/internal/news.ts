import type { Change } from '../message.js';

/**
 * Tells which of the changes that are read, page by page, are of messages that nobody can have been told of: those made
 * after the start of the reading, the first time that they come.
 */
export class News {
  private readonly told = new Set<number>();

  constructor(private readonly start: number) {}

  mark(changes: readonly Change[]): Change[] {
    return changes.map((change) => {
      const { seq } = change.message;
      const isNew = seq > this.start && !this.told.has(seq);
      if (isNew) this.told.add(seq);
      return { ...change, readAfter: isNew ? this.start : change.rev };
    });
  }
}

/** As it is for one whose snapshot was at `head`, which may be after what the reading began with. */
export function asOf(run: readonly Change[], head: number): readonly Change[] {
  const [first] = run;
  if (first?.readAfter === undefined) return run;
  const isKnown = ({ message, readAfter = head }: Change) => readAfter < message.seq && message.seq <= head;
  return run.some(isKnown) ? run.map((change) => (isKnown(change) ? { ...change, readAfter: head } : change)) : run;
}
