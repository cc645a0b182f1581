import type { MessageState } from '../message.js';
import type { ChangesPage, HistoryPage } from '../message-history.service.js';

/** What cannot be shown is left out; the pages are cut as if it were there, so that none ends early. */
const shown = ({ unreadable }: MessageState) => !unreadable;

/** A page of messages as REST gives it; `forward`: it was asked for with `after_seq`. */
export function messagesPage<Item>(
  { messages, hasMore }: HistoryPage,
  forward: boolean,
  toItem: (message: MessageState) => Item,
): { items: Item[]; next_cursor: string | null } {
  const edge = forward ? messages.at(-1) : messages[0];
  return { items: messages.filter(shown).map(toItem), next_cursor: hasMore && edge ? String(edge.seq) : null };
}

/** A page of the change feed as REST gives it. */
export function changesPage<Item>(
  { items, lastSeq, epoch, hasMore }: ChangesPage,
  toItem: (message: MessageState) => Item,
): { items: Item[]; last_seq: number; epoch: string; has_more: boolean } {
  return { items: items.filter(shown).map(toItem), last_seq: lastSeq, epoch, has_more: hasMore };
}
