import { NotAValue, ValueTooLarge } from './live.errors.js';

/** In UTF-8, as the edge counts a body (section 7.3). */
const VALUE_MAX_BYTES = 256 * 1024;
/** The own limit of a live value: any JSON, of any number of keys, but no deeper than that. */
const VALUE_MAX_DEPTH = 64;

/**
 * A value as its writer wrote it, once it is known to be JSON within the limits.
 * @throws NotAValue, ValueTooLarge
 */
export function checkedValue(text: string): string {
  if (Buffer.byteLength(text) > VALUE_MAX_BYTES) throw new ValueTooLarge(VALUE_MAX_BYTES);
  if (isTooDeep(text)) throw new NotAValue(`The value is nested deeper than ${VALUE_MAX_DEPTH} levels.`);
  if (holdsHugeNumber(parsed(text))) throw new NotAValue('A number of the value is too large.');
  return text;
}

/**
 * Before it is parsed: brackets are counted outside of strings, so that nothing recurses as deep as a client likes. Each
 * quote is found to begin a string, also one that never ends: a search that could fail there would begin anew at every
 * quote after it, and take seconds.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  // A string, or what is left of the text, or a bracket; an escape never ends a string.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.?)*(?:"|$)|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > VALUE_MAX_DEPTH) return true;
  }
  return false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotAValue('The value is not JSON.');
  }
}

/** `1e400` is JSON, and no number that clients have. */
function holdsHugeNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsHugeNumber);
}
