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

/** The last hundred of both, each once, oldest first; of lines of the same millisecond those of `a` come first, as they stand there. */
export function joinLines(a: readonly ChatLine[], b: readonly ChatLine[]): ChatLine[] {
  const byId = new Map([...a, ...b].map((line) => [line.id, line]));
  return [...byId.values()].sort((x, y) => x.created_at.localeCompare(y.created_at)).slice(-LINES_KEPT);
}

function later(a: Switch, b: Switch): Switch {
  return b.at > a.at ? b : a;
}
