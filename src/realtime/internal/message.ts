import { ErrorCode, FieldProblem } from '../../common/domain-error.js';
import { exceedsJsonLimits } from '../../common/json-limits.js';
import { hasCodePoints, isStorable } from '../../common/text.js';

const REF_MAX_LENGTH = 64;

/** One message of a client: an object with a string `type`, and perhaps a `ref` that its answer carries. */
export interface ClientMessage {
  type: string;
  ref: string | undefined;
  fields: Record<string, unknown>;
  /** The JSON that the fields were read from. */
  text: string;
}

/** Why a message is refused, with its `ref` where it has a readable one. */
interface Refusal {
  ok: false;
  code: ErrorCode;
  message: string;
  details?: FieldProblem[];
  ref?: string;
}

export type ParsedMessage = { ok: true; message: ClientMessage } | Refusal;

/** Reads a text frame as section 1 says: JSON, an object, a string `type`, not too deep, a `ref` of at most 64 characters. */
export function parseMessage(text: string): ParsedMessage {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return badJson('Expected one JSON object.');
  const fields = value as Record<string, unknown>;
  const type = Object.hasOwn(fields, 'type') ? fields['type'] : undefined;
  const ref = Object.hasOwn(fields, 'ref') ? fields['ref'] : undefined;
  if (typeof type !== 'string') return badJson('Expected a string "type".', ref);
  if (exceedsJsonLimits(value))
    return badJson('The JSON is nested too deep, an object has too many keys, or a number is too large.', ref);
  if (ref !== undefined && !isRef(ref)) {
    const problem = `must be a string of at most ${REF_MAX_LENGTH} characters, without NUL or lone surrogates`;
    const details = [{ field: 'ref', problems: [problem] }];
    return { ok: false, code: 'validation_failed', message: 'Some fields are not valid.', details };
  }
  return { ok: true, message: { type, ref, fields, text } };
}

/** What its answer carries, also where the message is refused. */
export function refOf(parsed: ParsedMessage): string | undefined {
  return parsed.ok ? parsed.message.ref : parsed.ref;
}

function isRef(ref: unknown): ref is string {
  return typeof ref === 'string' && hasCodePoints(ref, 0, REF_MAX_LENGTH) && isStorable(ref);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badJson(message: string, ref?: unknown): Refusal {
  return { ok: false, code: 'bad_json', message, ...(isRef(ref) && { ref }) };
}
