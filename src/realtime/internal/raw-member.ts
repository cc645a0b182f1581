const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const codesOf = (chars: string) => new Set(Array.from(chars, (char) => char.charCodeAt(0)));
const OPENING = codesOf('{[');
const CLOSING = codesOf('}]');
const AFTER_SCALAR = codesOf(',}] \t\n\r');
const COMMA = 0x2c;

/**
 * The text of a member of a JSON object, as it was written; of several with one name the last, as in `JSON.parse`.
 * `text` is an object that `JSON.parse` has accepted: nothing is checked here. Strings are jumped over, so the cost of a long
 * one is that of finding its end.
 */
export function rawMember(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const start = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const end = endOfValue(text, start);
    if (isName(text.slice(at, keyEnd), name)) found = text.slice(start, end);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return found;
}

/** `key` in its quotes; any of its characters may be escaped. */
function isName(key: string, name: string): boolean {
  return key.includes('\\') ? JSON.parse(key) === name : key.length === name.length + 2 && key.startsWith(name, 1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || (code >= 0x09 && code <= 0x0d); code = text.charCodeAt(at))
    at++;
  return at;
}

/** From an opening quote to behind the closing one: the first with an even number of backslashes before it. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

function endOfValue(text: string, from: number): number {
  const code = text.charCodeAt(from);
  if (code === QUOTE) return endOfString(text, from);
  return OPENING.has(code) ? endOfStructure(text, from) : endOfScalar(text, from);
}

function endOfStructure(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code)) depth--;
    at++;
  } while (depth > 0);
  return at;
}

function endOfScalar(text: string, from: number): number {
  let at = from;
  while (!AFTER_SCALAR.has(text.charCodeAt(at))) at++;
  return at;
}
