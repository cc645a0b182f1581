import type { ReactionCount } from '../message.js';
import { TooManyReactions } from '../messages.errors.js';

/** Emoji that a message may have at once. */
const MOST_KINDS = 20;

/** The counts with one more of this emoji, which comes last if it is new. @throws TooManyReactions */
export function withReaction(counts: readonly ReactionCount[], emoji: string): ReactionCount[] {
  if (counts.some((each) => each.emoji === emoji))
    return counts.map((each) => (each.emoji === emoji ? { emoji, count: each.count + 1 } : each));
  if (counts.length >= MOST_KINDS) throw new TooManyReactions(MOST_KINDS);
  return [...counts, { emoji, count: 1 }];
}

/** The counts with one less of this emoji, which goes with the last. */
export function withoutReaction(counts: readonly ReactionCount[], emoji: string): ReactionCount[] {
  return counts
    .map((each) => (each.emoji === emoji ? { emoji, count: each.count - 1 } : each))
    .filter(({ count }) => count > 0);
}

export function countOf(counts: readonly ReactionCount[], emoji: string): number {
  return counts.find((each) => each.emoji === emoji)?.count ?? 0;
}
