import { expect, it } from 'vitest';
import { Recent } from './recent.js';

const entry = (n: number) => ({ n });

it('keeps the latest entries, and forgets those that nobody has used since', () => {
  const recent = new Recent<number, { n: number }>(3);
  for (let n = 1; n <= 3; n++) recent.set(n, entry(n));
  for (let n = 4; n <= 6; n++) {
    expect(recent.get(1)).toEqual(entry(1));
    recent.set(n, entry(n));
  }
  recent.set(7, entry(7));
  expect([1, 5, 6, 7].map((n) => recent.get(n))).toEqual([1, 5, 6, 7].map(entry));
  expect([2, 3].map((n) => recent.get(n))).toEqual([undefined, undefined]);
});

it('holds at most twice as many as it promises', () => {
  const recent = new Recent<number, { n: number }>(10);
  for (let n = 0; n < 1000; n++) recent.set(n, entry(n));
  const held = Array.from({ length: 1000 }, (_, n) => n).filter((n) => recent.get(n) !== undefined);
  expect(held.length).toBeLessThanOrEqual(20);
  expect(held.slice(-10)).toEqual(Array.from({ length: 10 }, (_, n) => 990 + n));
});

it('sets an entry anew without forgetting others', () => {
  const recent = new Recent<number, { n: number }>(2);
  recent.set(1, entry(1));
  for (let n = 0; n < 10; n++) recent.set(2, entry(n));
  expect(recent.get(1)).toEqual(entry(1));
  expect(recent.get(2)).toEqual(entry(9));
});
