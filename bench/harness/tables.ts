import { grade, intervalOf, medianOf, ratioOf, rowOf } from './report.js';
import type { Row, Section, Verdict } from './report.js';
import type { Interval } from './statistics.js';

/** A table as lines of cells, the first line its head. */
export type Cells = string[][];

export function formatNumber(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function sectionCells(section: Section): Cells {
  const { columns, rows, ratio } = section;
  const base = ratio && rowOf(section, ratio.to);
  const head = ['', ...columns.map(({ title }) => title), ...(ratio ? ['ratio'] : [])];
  const lines = rows.map((row) => [
    row.label,
    ...columns.map((column) => cellOf(row, column)),
    ...(ratio ? [formatNumber(ratioOf(row, base, ratio.key), 2)] : []),
  ]);
  return [head, ...lines];
}

function cellOf(row: Row, { key, digits, interval }: Section['columns'][number]): string {
  const middle = formatNumber(medianOf(row, key), digits);
  return interval ? `${middle} ${formatInterval(intervalOf(row, key), digits)}` : middle;
}

function formatInterval({ low, high }: Interval, digits?: number): string {
  return `(${formatNumber(low, digits)} to ${formatNumber(high, digits)})`;
}

export function verdictCells(verdicts: readonly Verdict[]): Cells {
  const head = ['to reach', 'owed', 'wanted', 'got', ''];
  const lines = verdicts.map((verdict) => {
    const sign = verdict.better === 'higher' ? '≥' : '≤';
    const bar = (value: number) => `${sign} ${formatNumber(value, 2)} ${verdict.unit}`;
    const between = verdict.between ? ` ${formatInterval(verdict.between, 0)}` : '';
    const got = `${formatNumber(verdict.got, 2)}${between}`;
    return [verdict.work, bar(verdict.owed), bar(verdict.wanted), got, grade(verdict)];
  });
  return [head, ...lines];
}

/** For the terminal: the first column to the left, numbers to the right. */
export function plainTable(cells: Cells): string {
  const widths = (cells[0] ?? []).map((_, n) => Math.max(...cells.map((line) => line[n]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
  );
  return [lines[0], (lines[0] ?? '').replace(/./g, '-'), ...lines.slice(1)].join('\n');
}

export function markdownTable(cells: Cells): string {
  const [head = [], ...lines] = cells;
  const row = (line: string[]) => `| ${line.join(' | ')} |`;
  return [row(head), row(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...lines.map(row)].join('\n');
}
