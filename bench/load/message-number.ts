import { begins } from './dialects.js';

const KEY = Buffer.from('"seq":');
const [ZERO, NINE] = [0x30, 0x39];

/** Reads the number of a message off its bytes: a thousand receivers' frames could not all be parsed. */
export class MessageNumber {
  /** Where the last frame had it, and so nearly every frame has. */
  private offset = 0;

  /** NaN of a frame without one. */
  of(bytes: Buffer, start: number, end: number): number {
    if (!begins(bytes, start + this.offset, end, KEY)) {
      const found = bytes.subarray(start, end).indexOf(KEY);
      if (found < 0) return NaN;
      this.offset = found;
    }
    let number = 0;
    for (let at = start + this.offset + KEY.length; at < end; at++) {
      const digit = bytes[at] ?? 0;
      if (digit < ZERO || digit > NINE) break;
      number = number * 10 + (digit - ZERO);
    }
    return number;
  }
}
