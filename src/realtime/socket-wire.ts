import { serialise, WireText } from './wire.js';

/** A Socket.IO event as JSON, `["event",…]`; a field of an argument that is `RawJson` is spliced in, as it was sent. */
export function eventText(event: string, ...args: unknown[]): WireText {
  const pieces: string[] = [];
  let open = `[${JSON.stringify(event)}`;
  for (const arg of args) {
    const [first, ...rest] = jsonOf(arg);
    open += `,${first ?? 'null'}`;
    if (rest.length === 0) continue;
    pieces.push(open, ...rest);
    open = '';
  }
  pieces.push(`${open}]`);
  return pieces;
}

function jsonOf(arg: unknown): WireText {
  if (typeof arg === 'object' && arg !== null && !Array.isArray(arg) && !('toJSON' in arg))
    return serialise(arg as Record<string, unknown>);
  const json = JSON.stringify(arg) as string | undefined;
  return json === undefined ? [] : [json];
}
