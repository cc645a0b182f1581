import { describe, expect, it } from 'vitest';
import { exitCodeOf, grade, medianOf, ratioOf, rowOf } from './report.js';
import type { Row, Verdict } from './report.js';

function row(...perSecond: number[]): Row {
  return { label: 'a', samples: perSecond.map((value) => ({ perSecond: value })) };
}

describe('figures of a row', () => {
  it('are medians of its rounds', () => {
    expect(medianOf(row(1, 100, 2), 'perSecond')).toBe(2);
  });

  it('are no numbers where nothing was measured', () => {
    expect(medianOf(undefined, 'perSecond')).toBeNaN();
    expect(medianOf(row(1), 'other')).toBeNaN();
  });

  it('are compared within each round, as the machine drifts from one to the next', () => {
    expect(ratioOf(row(10, 200, 30), row(5, 100, 10), 'perSecond')).toBe(2);
  });

  it('compare with nothing where the other row is missing', () => {
    const section = { title: '', columns: [], rows: [row(1)] };
    expect(ratioOf(row(1), rowOf(section, 'renamed'), 'perSecond')).toBeNaN();
  });
});

describe('the verdict', () => {
  const more: Verdict = { work: 'w', owed: 8, wanted: 12, got: NaN, unit: '×', better: 'higher' };
  const less: Verdict = { work: 'w', owed: 1.3, wanted: 1.1, got: NaN, unit: '×', better: 'lower' };

  it.each([
    [more, 12, 'stretch'],
    [more, 8, 'pass'],
    [more, 7.99, 'MISS'],
    [less, 1.1, 'stretch'],
    [less, 1.3, 'pass'],
    [less, 1.31, 'MISS'],
    [more, NaN, 'not measured'],
    [{ ...more, wanted: NaN }, 100, 'pass'],
    [{ ...more, owed: NaN }, 11, 'short'],
    [{ ...more, owed: NaN }, 12, 'stretch'],
  ])('of %j with %d is %s', (verdict, got, expected) => {
    expect(grade({ ...verdict, got })).toBe(expected);
  });

  it.each([
    [more, { low: 12, high: 30 }, 'stretch'],
    [more, { low: 8, high: 30 }, 'pass'],
    [more, { low: 7, high: 30 }, 'not proven'],
    [more, { low: 2, high: 7.9 }, 'MISS'],
    [more, { low: 7, high: Infinity }, 'not proven'],
    [less, { low: 0.9, high: 1.2 }, 'pass'],
    [less, { low: 0.9, high: 1.4 }, 'not proven'],
    [less, { low: 1.4, high: 2 }, 'MISS'],
    [more, { low: NaN, high: NaN }, 'not proven'],
  ])('of %j with a figure between %j is %s', (verdict, between, expected) => {
    expect(grade({ ...verdict, got: (between.low + between.high) / 2 || 10, between })).toBe(expected);
  });
});

describe('the exit code', () => {
  const report = { sections: [], verdicts: [], failures: [] };

  it('is 1 after a shortfall, and not for a target that is missed', () => {
    const missed = { work: 'w', owed: 2, wanted: 3, got: 1, unit: '×', better: 'higher' as const };
    expect(exitCodeOf([report, { ...report, verdicts: [missed] }])).toBe(0);
    expect(exitCodeOf([{ ...report, failures: ['9 deliveries of 10 came'] }, report])).toBe(1);
  });
});
