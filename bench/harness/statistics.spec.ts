import { describe, expect, it } from 'vitest';
import { latencies, median, medianInterval } from './statistics.js';

describe('the median', () => {
  it.each([
    [[], NaN],
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
    [[-1, NaN, -1], NaN],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('the interval of a median', () => {
  // Ranks from the tables of the sign test, at 5 % on both sides together.
  it.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [12, 3],
    [20, 6],
    [30, 10],
    [100, 40],
  ])('of %d values begins at the value of rank %d', (count, rank) => {
    const values = Array.from({ length: count }, (_, n) => count - n);
    expect(medianInterval(values)).toEqual({ low: rank, high: count + 1 - rank });
  });

  it.each([[[]], [[1, 2, 3, 4, 5]]])('says nothing of %j', (values) => {
    expect(medianInterval(values)).toEqual({ low: NaN, high: NaN });
  });
});

describe('latencies', () => {
  it('are read off the sorted samples', () => {
    const samples = Array.from({ length: 1000 }, (_, n) => 1000 - n);
    expect(latencies(samples)).toEqual({ count: 1000, p50: 501, p99: 991, max: 1000 });
  });

  it('of nothing are no numbers, and not zero', () => {
    expect(latencies([])).toEqual({ count: 0, p50: NaN, p99: NaN, max: NaN });
  });
});
