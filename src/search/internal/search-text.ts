/** One query as Postgres takes it, and as its hits are marked. */
export interface SearchText {
  /** For `websearch_to_tsquery`, which knows quotes, `or` and `-`, and has no syntax errors. */
  text: string;
  /** The last word may go on. */
  prefix: boolean;
  /** In lower case, without those that are excluded. */
  words: ReadonlySet<string>;
  /** What the last word begins with. */
  stem: string | undefined;
}

const PART = /(-?)(?:"([^"]*)"?|(\S+))/gu;
export const WORD = /[\p{L}\p{N}\p{M}_]+/gu;
/** A last word of two letters or more, outside quotes, that is not excluded; one letter would be in nearly everything. */
const OPEN_END = /(?:^|\s)([\p{L}\p{N}\p{M}]{2,})$/u;

export function readSearchText(query: string): SearchText {
  const words = new Set<string>();
  for (const [, minus, quoted, bare] of query.matchAll(PART)) {
    if (minus === '-' || bare?.toLowerCase() === 'or') continue;
    for (const [word] of (quoted ?? bare ?? '').matchAll(WORD)) words.add(word.toLowerCase());
  }
  const quotes = query.split('"').length - 1;
  const stem = quotes % 2 === 0 ? OPEN_END.exec(query)?.[1]?.toLowerCase() : undefined;
  return { text: query, prefix: stem !== undefined, words, stem };
}
