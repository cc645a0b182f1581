import type { Frame } from '../../realtime/wire.js';

/** Encodes what many connections get one after the other only once: it remembers the last one. */
export class EncodeOnce<Source extends object> {
  private last: Source | undefined;
  private frame: Frame | undefined;

  constructor(private readonly encode: (source: Source) => Frame) {}

  frameOf(source: Source): Frame {
    if (this.frame === undefined || this.last !== source) {
      this.frame = this.encode(source);
      this.last = source;
    }
    return this.frame;
  }
}
