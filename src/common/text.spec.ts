import { describe, expect, it } from 'vitest';
import { codePoints, hasCodePoints } from './text.js';

describe('lengths in code points (1)', () => {
  const texts = ['x', '😀', 'ä', 'x😀', '\ud800'].flatMap((piece) =>
    Array.from({ length: 10 }, (_, size) => piece.repeat(size)),
  );

  it.each([
    [0, 4],
    [1, 4],
    [3, 3],
    [4, 9],
    [5, 6],
  ])('from %i to %i, whatever takes two units of UTF-16', (min, max) => {
    for (const text of texts) {
      const count = codePoints(text);
      expect(hasCodePoints(text, min, max), text).toBe(count >= min && count <= max);
    }
  });
});
