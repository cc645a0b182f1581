import type { Change } from '../message.js';

/** What a change takes beside its text. */
const OVERHEAD_BYTES = 1024;
const BYTES_PER_CHARACTER = 2;
/** With its name. */
const ATTACHMENT_BYTES = 512;
const REACTION_BYTES = 64;

/** About how much memory a change takes: what is bounded by count is bounded by this too. */
export function sizeOf({ message }: Change): number {
  const { content, attachments, reactions } = message;
  const details = attachments.length * ATTACHMENT_BYTES + reactions.length * REACTION_BYTES;
  return OVERHEAD_BYTES + content.length * BYTES_PER_CHARACTER + details;
}

/** Cuts changes into parts of about so many bytes, in order; a part has one change at least. */
export function* partsOf(changes: readonly Change[], bytes: number): Generator<readonly Change[]> {
  let start = 0;
  let size = 0;
  for (const [index, change] of changes.entries()) {
    size += sizeOf(change);
    if (size <= bytes || index === start) continue;
    yield changes.slice(start, index);
    start = index;
    size = sizeOf(change);
  }
  if (start < changes.length) yield changes.slice(start);
}
