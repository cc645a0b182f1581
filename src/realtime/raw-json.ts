const VERBATIM = Symbol('verbatim fields');

/**
 * JSON as its sender wrote it, for what is relayed untouched: spacing, doubled keys and numbers beyond a double stay as
 * they are. It has been parsed once, so it is JSON, and within the limits of every message.
 */
export class RawJson {
  constructor(readonly text: string) {}

  get byteLength(): number {
    return Buffer.byteLength(this.text);
  }

  /** Where it is not spliced in, it is at least the same value. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** A field of a command, of type `RawJson`, that is given as it was sent. */
export function Verbatim(): PropertyDecorator {
  return (target, property) => {
    const fields = verbatimFields(target.constructor);
    Reflect.defineMetadata(VERBATIM, [...fields, property as string], target.constructor);
  };
}

/** With those that a class inherits. */
export function verbatimFields(commandClass: object): readonly string[] {
  return (Reflect.getMetadata(VERBATIM, commandClass) as string[] | undefined) ?? [];
}
