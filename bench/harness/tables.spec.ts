import { describe, expect, it } from 'vitest';
import type { Section, Verdict } from './report.js';
import { formatNumber, markdownTable, plainTable, sectionCells, verdictCells } from './tables.js';

const section: Section = {
  title: 'deliveries',
  columns: [
    { key: 'perSecond', title: 'a second' },
    { key: 'p99', title: 'p99 ms', digits: 1 },
  ],
  rows: [
    { label: 'Parley', samples: [{ perSecond: 3000, p99: 2.04 }] },
    { label: 'bare ws', samples: [{ perSecond: 1000, p99: NaN }] },
  ],
  ratio: { key: 'perSecond', to: 'bare ws' },
};

describe('numbers', () => {
  it.each([
    [1234567.8, 0, '1,234,568'],
    [0.5, 2, '0.50'],
    [NaN, 2, '–'],
    [Infinity, 0, '–'],
  ])('%d with %d digits reads %s', (value, digits, expected) => {
    expect(formatNumber(value, digits)).toBe(expected);
  });
});

describe('the table of a section', () => {
  it('has the medians, and what each row is of the one that all are compared with', () => {
    expect(sectionCells(section)).toEqual([
      ['', 'a second', 'p99 ms', 'ratio'],
      ['Parley', '3,000', '2.0', '3.00'],
      ['bare ws', '1,000', '–', '1.00'],
    ]);
  });

  it('says how sure a median is where it is asked to', () => {
    const samples = Array.from({ length: 12 }, (_, n) => ({ cost: n + 1 }));
    const column = { key: 'cost', title: 'µs', digits: 1, interval: true as const };
    const { ratio: _, ...rest } = section;
    expect(sectionCells({ ...rest, columns: [column], rows: [{ label: 'a', samples }] })).toEqual([
      ['', 'µs'],
      ['a', '6.5 (3.0 to 10.0)'],
    ]);
  });

  it('is aligned for a terminal, and for Markdown', () => {
    const cells = [
      ['', 'n'],
      ['long name', '1'],
      ['b', '1,000'],
    ];
    expect(plainTable(cells)).toBe('               n\n----------------\nlong name      1\nb          1,000');
    expect(markdownTable(cells)).toBe('|  | n |\n| --- | --: |\n| long name | 1 |\n| b | 1,000 |');
  });
});

describe('the table of what is to be reached', () => {
  const verdict: Verdict = { work: 'relay', owed: 2, wanted: NaN, got: 1.5, unit: '× Nest', better: 'higher' };

  it('shows a miss', () => {
    expect(verdictCells([verdict])[1]).toEqual(['relay', '≥ 2.00 × Nest', '≥ – × Nest', '1.50', 'MISS']);
  });

  it('shows between which values a figure lies', () => {
    const between = { low: 1, high: Infinity };
    expect(verdictCells([{ ...verdict, better: 'lower', between }])[1]).toEqual([
      'relay',
      '≤ 2.00 × Nest',
      '≤ – × Nest',
      '1.50 (1 to –)',
      'not proven',
    ]);
  });
});
