import { codePoints, isStorable } from '../common/text.js';

const NAME_MAX = 32;
/** A username has neither a space nor a parenthesis (users/username.ts), so no user is called like a guest, now or later. */
const MARK = ' (guest)';
// Control characters, line separators, and what turns the direction of the text that follows: the mark among it.
const MISLEADING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What is wrong with the name that a guest wishes for; undefined: nothing. */
export function guestNameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string';
  const length = codePoints(name.trim());
  if (length < 1 || length > NAME_MAX) return `must be 1 to ${NAME_MAX} characters long`;
  if (!isStorable(name) || MISLEADING.test(name.trim())) return 'must not hold control characters or lone surrogates';
  return undefined;
}

/** How everybody sees a guest: `alice (guest)`, or `Guest 3f9a1c` for one who has no wish. */
export function guestName(wish: string | undefined, id: string): string {
  return wish === undefined ? `Guest ${id.slice(-6)}` : `${wish.trim()}${MARK}`;
}
