/** Encodes what many connections get one after the other only once: it remembers the last one. */
export class EncodeOnce<Source extends object, Encoded> {
  private last: { source: Source; encoded: Encoded } | undefined;

  of(source: Source, encode: (source: Source) => Encoded): Encoded {
    if (this.last?.source !== source) this.last = { source, encoded: encode(source) };
    return this.last.encoded;
  }
}
