/** Encodes once what many connections get one after the other: it remembers the last one. */
export class EncodeLast<Source extends object, Encoded> {
  private last: { source: Source; encoded: Encoded } | undefined;

  constructor(private readonly encode: (source: Source) => Encoded) {}

  of(source: Source): Encoded {
    if (this.last?.source !== source) this.last = { source, encoded: this.encode(source) };
    return this.last.encoded;
  }
}
