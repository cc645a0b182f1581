import { randomUUID } from 'node:crypto';

const CONTENT_BYTES = 128;
const run = randomUUID().slice(0, 8);
let nonces = 0;

/** A text of 128 bytes. */
export function newContent(n: number | string): string {
  return (
    `${n} `.padEnd(CONTENT_BYTES, 'the quick brown fox jumps over the lazy dog ').slice(0, CONTENT_BYTES - 1) + '.'
  );
}

/** One that no message of this load process had. */
export function newNonce(): string {
  return `${run}-${nonces++}`;
}

const MARK = 'sent@';
const DIGITS = 15;
const NUMBER_DIGITS = 8;

/** A text of 128 bytes that tells when it was sent, by this process's own clock. */
export function stampedContent(): string {
  return newContent(`${MARK}${performance.now().toFixed(3).padStart(DIGITS, '0')}`);
}

/** The same, with a number of at most eight digits. */
export function numberedContent(n: number): string {
  const time = performance.now().toFixed(3).padStart(DIGITS, '0');
  return newContent(`${MARK}${time}#${String(n).padStart(NUMBER_DIGITS, '0')}`);
}

export function numberOf(bytes: Buffer, start: number, end: number): number {
  const at = bytes.subarray(start, end).indexOf(MARK) + start + MARK.length + DIGITS + 1;
  return Number(bytes.toString('latin1', at, at + NUMBER_DIGITS));
}

/** How long ago a frame with a stamped content was sent, in milliseconds. */
export function age(bytes: Buffer, start: number, end: number): number {
  const at = bytes.subarray(start, end).indexOf(MARK) + start + MARK.length;
  return performance.now() - Number(bytes.toString('latin1', at, at + DIGITS));
}
