/** The numbers 1 to `last`: those of a log that has so many changes. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, n) => n + 1);
}
