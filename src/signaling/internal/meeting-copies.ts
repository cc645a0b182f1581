import { addLine, joinLines, joinStates, NEW_MEETING } from '../meeting-state.js';
import type { ChatLine, MeetingState } from '../meeting-state.js';

/** A peer of this node. */
export interface MeetingListener {
  /** The chat or the lock is switched, here or on another node. */
  switched(before: MeetingState, after: MeetingState): void;
}

interface Copy {
  state: MeetingState;
  lines: readonly ChatLine[];
  readonly listeners: Set<MeetingListener>;
}

/** What this node knows of the meetings that it has peers in. It only grows: what is older than it changes nothing. */
export class MeetingCopies {
  private readonly copies = new Map<string, Copy>();

  has(roomId: string): boolean {
    return this.copies.has(roomId);
  }

  all(): readonly string[] {
    return [...this.copies.keys()];
  }

  /** Its undo answers whether nobody of this node is left: then the copy is gone. */
  attend(roomId: string, listener: MeetingListener): () => boolean {
    const copy = this.copies.get(roomId) ?? { state: NEW_MEETING, lines: [], listeners: new Set() };
    copy.listeners.add(listener);
    this.copies.set(roomId, copy);
    return () => copy.listeners.delete(listener) && copy.listeners.size === 0 && this.drop(roomId, copy);
  }

  state(roomId: string): MeetingState {
    return this.copies.get(roomId)?.state ?? NEW_MEETING;
  }

  lines(roomId: string): readonly ChatLine[] {
    return this.copies.get(roomId)?.lines ?? [];
  }

  /** What comes of it and of what was known. */
  adoptState(roomId: string, state: MeetingState): MeetingState {
    const copy = this.copies.get(roomId);
    if (copy === undefined) return state;
    const before = copy.state;
    if (state === NEW_MEETING) return before;
    copy.state = joinStates(before, state);
    if (copy.state.chat !== before.chat || copy.state.lock !== before.lock)
      for (const listener of copy.listeners) listener.switched(before, copy.state);
    return copy.state;
  }

  /** The lines that are kept for all nodes: their order counts. */
  adoptLines(roomId: string, lines: readonly ChatLine[]): readonly ChatLine[] {
    const copy = this.copies.get(roomId);
    if (copy === undefined) return lines;
    if (lines.length > 0) copy.lines = joinLines(lines, copy.lines);
    return copy.lines;
  }

  addLine(roomId: string, line: ChatLine): void {
    const copy = this.copies.get(roomId);
    if (copy !== undefined) copy.lines = addLine(copy.lines, line);
  }

  reset(roomId: string): void {
    const copy = this.copies.get(roomId);
    if (copy !== undefined) Object.assign(copy, { state: NEW_MEETING, lines: [] });
  }

  private drop(roomId: string, copy: Copy): boolean {
    return this.copies.get(roomId) === copy && this.copies.delete(roomId);
  }
}
