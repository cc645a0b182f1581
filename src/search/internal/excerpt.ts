import { WORD } from './search-text.js';
import type { SearchText } from './search-text.js';

/** A stretch of an excerpt; `match`: it is what was searched for. */
export interface ExcerptPart {
  text: string;
  match: boolean;
}

const LENGTH = 240;
/** How much is shown before the first match. */
const BEFORE = 60;
const ELLIPSIS = '…';

interface Range {
  from: number;
  to: number;
}

/** What is shown of a text that was found: parts, and no marks within the text, so that nobody takes a message's own for ours. */
export function excerptOf(content: string, query: SearchText): ExcerptPart[] {
  const matches = matchesIn(content, query);
  const shown = window(content, matches[0]?.from ?? 0);
  const parts: ExcerptPart[] = [];
  let at = shown.from;
  for (const { from, to } of matches) {
    if (from < at || to > shown.to) continue;
    if (from > at) parts.push({ text: content.slice(at, from), match: false });
    parts.push({ text: content.slice(from, to), match: true });
    at = to;
  }
  if (at < shown.to) parts.push({ text: content.slice(at, shown.to), match: false });
  if (shown.from > 0) parts.unshift({ text: ELLIPSIS, match: false });
  if (shown.to < content.length) parts.push({ text: ELLIPSIS, match: false });
  return parts;
}

function matchesIn(content: string, { words, stem }: SearchText): Range[] {
  return [...content.matchAll(WORD)]
    .filter(([word]) => words.has(word.toLowerCase()) || (stem !== undefined && word.toLowerCase().startsWith(stem)))
    .map(({ index, 0: word }) => ({ from: index, to: index + word.length }));
}

function window(content: string, first: number): Range {
  if (content.length <= LENGTH) return { from: 0, to: content.length };
  const from = whole(content, Math.max(0, Math.min(first - BEFORE, content.length - LENGTH)));
  return { from, to: whole(content, from + LENGTH) };
}

/** Not within a pair of surrogates. */
function whole(content: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(content[at] ?? '') ? at - 1 : at;
}
