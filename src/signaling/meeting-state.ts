import type { UserId } from '../common/ids.js';

/** What a host has set, when, and by which peer. */
type Switch = {
  readonly on: boolean;
  readonly at: number;
  readonly by: string | null;
};

/** What a meeting's host has decided, beside what each peer says of itself. It ends with the meeting. */
export type MeetingState = {
  readonly chat: Switch;
  readonly lock: Switch;
  /** Who does not come back while the meeting lives. */
  readonly removed: UserId[];
};

/** A line of a meeting's chat, as the wire shows it. */
export type ChatLine = {
  readonly id: string;
  readonly from: string;
  readonly username: string;
  readonly content: string;
  readonly created_at: string;
};

export const NEW_MEETING: MeetingState = Object.freeze({
  chat: Object.freeze({ on: true, at: 0, by: null }),
  lock: Object.freeze({ on: false, at: 0, by: null }),
  removed: [],
});

const LINES_KEPT = 100;

/** What two halves of a meeting make together: the later switch counts, and whoever was removed in one is removed. */
export function joinStates(a: MeetingState, b: MeetingState): MeetingState {
  return {
    chat: later(a.chat, b.chat),
    lock: later(a.lock, b.lock),
    removed: [...new Set([...a.removed, ...b.removed])],
  };
}

/** One more line, said after all of them, whatever the clocks say; the last hundred are kept. */
export function addLine(lines: readonly ChatLine[], line: ChatLine): readonly ChatLine[] {
  return lines.some(({ id }) => id === line.id) ? lines : [...lines, line].slice(-LINES_KEPT);
}

/** The last hundred of both, each once: what only `b` has comes in by its time, and neither's own order changes. */
export function joinLines(a: readonly ChatLine[], b: readonly ChatLine[]): readonly ChatLine[] {
  const places = new Map(a.map(({ id }, place) => [id, place]));
  const joined: ChatLine[] = [];
  let taken = 0;
  let between: ChatLine[] = [];
  // Lines that both have stay between those that they stand between.
  const takeUntil = (place: number) => {
    joined.push(...byTime(a.slice(taken, place), between));
    taken = Math.max(taken, place);
    between = [];
  };
  for (const line of b) {
    const place = places.get(line.id);
    if (place === undefined) between.push(line);
    else takeUntil(place);
  }
  takeUntil(a.length);
  return joined.slice(-LINES_KEPT);
}

/** Those of `b` among those of `a`, each before the first that was said later. */
function byTime(a: readonly ChatLine[], b: readonly ChatLine[]): ChatLine[] {
  const rest = [...b];
  const before = (line: ChatLine) => {
    const later = rest.findIndex(({ created_at }) => created_at >= line.created_at);
    return rest.splice(0, later === -1 ? rest.length : later);
  };
  return [...a.flatMap((line) => [...before(line), line]), ...rest];
}

function later(a: Switch, b: Switch): Switch {
  return b.at > a.at ? b : a;
}
