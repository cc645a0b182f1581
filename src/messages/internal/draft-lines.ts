import { LRUCache } from 'lru-cache';
import type { ConversationId } from '../../common/ids.js';
import type { PendingDraft } from './pending-draft.js';

/** Rows, and characters of text, that one statement takes: beyond them a batch gains nothing. */
const BATCH_ROWS = 1000;
const BATCH_CHARACTERS = 1_000_000;
/** Drafts of one log, and of all, that may wait on this node, and their characters of text. */
const LINE_LIMIT = 1000;
const TOTAL_LIMIT = 10_000;
const TOTAL_CHARACTERS = 8_000_000;
/** For how long a log keeps its turn: what another node wrote it writes again, what was held for long may be held on. */
const KEPT_MS = { any: 0, shared: 1000, alone: 1000 };
const KEPT_LIMIT = 10_000;

/**
 * `any`: with all others, what somebody else holds is skipped. `shared`: somebody else held it, as another node does for
 * the moment of a batch, so it is waited for, together with others like it. `alone`: that was in vain, so no other waits
 * for it.
 */
export type Turn = 'any' | 'shared' | 'alone';

/** The drafts of one conversation that wait, in the order of arrival. */
interface Line {
  readonly conversationId: ConversationId;
  drafts: PendingDraft[];
  turn: Turn;
}

/** Drafts that are committed together: each line's are together, and in order. */
export interface Batch {
  readonly lines: readonly Line[];
  readonly drafts: readonly PendingDraft[];
}

/**
 * Which drafts are written when. A conversation is in one batch at a time, so that the drafts of a sender stay in order;
 * conversations take turns, and each turn takes all that waits, up to the limits of a batch.
 */
export class DraftLines {
  private readonly lines = new Map<ConversationId, Line>();
  /** Lines with drafts, none of them in a batch, in the order of their turns. */
  private readonly waitingLines = { any: new Set<Line>(), shared: new Set<Line>(), alone: new Set<Line>() };
  private readonly waitingDrafts = { any: 0, shared: 0, alone: 0 };
  /** Logs that somebody else held, and when the draft came that found it so. */
  private readonly kept = new LRUCache<ConversationId, { turn: Turn; since: number }>({ max: KEPT_LIMIT });
  private count = 0;
  private characters = 0;

  /** Drafts that wait or are being written. */
  get size(): number {
    return this.count;
  }

  /** Drafts that the next batch may take. */
  waiting(turn: Turn): number {
    return this.waitingDrafts[turn];
  }

  /** Whether it was taken in; false when too much waits already. */
  add(draft: PendingDraft): boolean {
    const known = this.lines.get(draft.conversationId);
    const full = this.count >= TOTAL_LIMIT || this.characters >= TOTAL_CHARACTERS;
    if (full || (known && known.drafts.length >= LINE_LIMIT)) return false;
    this.count += 1;
    this.characters += draft.content.length;
    const line = known ?? this.open(draft);
    line.drafts.push(draft);
    if (this.waitingLines[line.turn].has(line)) this.waitingDrafts[line.turn] += 1;
    return true;
  }

  /** What is written next; undefined when nothing can be. */
  take(turn: Turn): Batch | undefined {
    if (this.waitingLines[turn].size === 0) return undefined;
    const lines: Line[] = [];
    const drafts: PendingDraft[] = [];
    const room = { rows: BATCH_ROWS, characters: BATCH_CHARACTERS };
    for (const line of this.waitingLines[turn]) {
      this.unqueue(line);
      lines.push(line);
      takeFrom(line, drafts, room);
      if (turn === 'alone' || room.rows <= 0 || room.characters <= 0) break;
    }
    return { lines, drafts };
  }

  /** A draft was answered, whatever the answer. */
  settled({ content }: PendingDraft): void {
    this.count -= 1;
    this.characters -= content.length;
  }

  /** These, of a batch that is still under way, could not get the lock: they go first when their line is written. */
  putBack({ lines }: Batch, drafts: readonly PendingDraft[]): void {
    for (const line of lines) {
      const own = drafts.filter(({ conversationId }) => conversationId === line.conversationId);
      if (own.length === 0) continue;
      line.drafts = [...own, ...line.drafts];
      line.turn = line.turn === 'any' ? 'shared' : 'alone';
      this.kept.set(line.conversationId, { turn: line.turn, since: own.at(-1)?.since ?? 0 });
    }
  }

  /** The batch is done: its lines may be written again. */
  release({ lines }: Batch): void {
    for (const line of lines) {
      if (line.drafts.length === 0) this.lines.delete(line.conversationId);
      else this.queue(line);
    }
  }

  /** All that waits behind these drafts' lines: whoever holds the lock has kept it too long. */
  clear({ lines }: Batch): PendingDraft[] {
    return lines.flatMap((line) => line.drafts.splice(0));
  }

  /** What has waited since before then for its turn to wait for a lock. */
  clearContended(before: number): PendingDraft[] {
    const cleared: PendingDraft[] = [];
    for (const line of [...this.waitingLines.shared, ...this.waitingLines.alone]) {
      if ((line.drafts[0]?.since ?? before) >= before) continue;
      this.unqueue(line);
      this.lines.delete(line.conversationId);
      cleared.push(...line.drafts);
    }
    return cleared;
  }

  private open({ conversationId, since }: PendingDraft): Line {
    const kept = this.kept.get(conversationId);
    const turn = kept && since - kept.since < KEPT_MS[kept.turn] ? kept.turn : 'any';
    const line: Line = { conversationId, drafts: [], turn };
    this.lines.set(conversationId, line);
    this.queue(line);
    return line;
  }

  private queue(line: Line): void {
    this.waitingLines[line.turn].add(line);
    this.waitingDrafts[line.turn] += line.drafts.length;
  }

  private unqueue(line: Line): void {
    this.waitingLines[line.turn].delete(line);
    this.waitingDrafts[line.turn] -= line.drafts.length;
  }
}

/** The first of a line, up to one whose nonce is among them: that one has to see what the earlier one made. */
function takeFrom(line: Line, drafts: PendingDraft[], room: { rows: number; characters: number }): void {
  const nonces = new Set<string>();
  let taken = 0;
  for (const draft of line.drafts) {
    if (room.rows <= 0 || room.characters <= 0) break;
    const { nonce, content } = draft;
    if (nonce !== undefined) {
      const key = `${draft.senderId} ${nonce}`;
      if (nonces.has(key)) break;
      nonces.add(key);
    }
    room.rows -= 1;
    room.characters -= content.length;
    drafts.push(draft);
    taken += 1;
  }
  line.drafts.splice(0, taken);
}
