import { RawJson } from './raw-json.js';

/** One event of a raw gateway: a JSON object with a string `type` (protocol section 1). */
export interface WireEvent {
  type: string;
  [field: string]: unknown;
}

/** A plain object with the fields of an event's class, which, unlike the class, is a `WireEvent`. */
export type Shape<Event> = Pick<Event, keyof Event>;

/** An event as JSON, in pieces: what is relayed untouched is one of them, so that it is not copied before it is framed. */
export type WireText = readonly string[];

/** An event serialised and framed once, to be written to any number of connections. */
export interface Frame {
  readonly bytes: Buffer;
}

const SMALL = 126;
const MEDIUM = 65_536;
const FIN_TEXT = 0x81;

export function encodeFrame(event: WireEvent): Frame {
  return frameOf(serialise(event));
}

/** An object as JSON, such as an event; fields that are `RawJson` come last, exactly as they were sent. */
export function serialise(event: Readonly<Record<string, unknown>>): WireText {
  for (const field in event) if (event[field] instanceof RawJson) return splice(event);
  return [JSON.stringify(event)];
}

/** Field by field: a copy without the raw ones would cost more than all the rest. */
function splice(event: Readonly<Record<string, unknown>>): WireText {
  let envelope = '';
  const raw: string[] = [];
  for (const field in event) {
    const value = event[field];
    if (value instanceof RawJson) {
      raw.push(`,${JSON.stringify(field)}:`, value.text);
      continue;
    }
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined) envelope += `${envelope === '' ? '{' : ','}${JSON.stringify(field)}:${json}`;
  }
  if (envelope === '') {
    envelope = '{';
    raw[0] = (raw[0] ?? '').slice(1);
  }
  return [envelope, ...raw, '}'];
}

/** A single unmasked, final text frame (RFC 6455 section 5.2). */
export function frameOf(text: WireText): Frame {
  let [length, characters] = [0, 0];
  for (const piece of text) {
    length += Buffer.byteLength(piece);
    characters += piece.length;
  }
  const header = length < SMALL ? 2 : length < MEDIUM ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = FIN_TEXT;
  if (header === 2) {
    bytes[1] = length;
  } else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  // As many bytes as characters: ASCII, which needs no encoding.
  const encoding = length === characters ? 'latin1' : 'utf8';
  let at = header;
  for (const piece of text) at += bytes.write(piece, at, encoding);
  return { bytes };
}

/** Frames that leave together, in order: one buffer, of which whoever has had the first ones gets the rest. */
export class FrameRun {
  private readonly whole: Frame;
  private readonly starts: number[] = [];

  constructor(frames: readonly Frame[]) {
    let length = 0;
    for (const { bytes } of frames) {
      this.starts.push(length);
      length += bytes.length;
    }
    const [only] = frames;
    this.whole =
      only && frames.length === 1
        ? only
        : {
            bytes: Buffer.concat(
              frames.map(({ bytes }) => bytes),
              length,
            ),
          };
  }

  /** All frames but the first `index`. */
  from(index: number): Frame {
    return index === 0 ? this.whole : { bytes: this.whole.bytes.subarray(this.starts[index]) };
  }
}
