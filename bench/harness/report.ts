import { median } from './statistics.js';

/** What one round measured of one contestant. */
export type Sample = Record<string, number>;

export interface Row {
  label: string;
  samples: Sample[];
}

interface Column {
  key: string;
  title: string;
  digits?: number;
}

export interface Section {
  title: string;
  columns: Column[];
  rows: Row[];
  /** A column of ratios: each row's `key` by that of the row `to`, taken within each round. */
  ratio?: { key: string; to: string };
  /** The column that the chart shows. */
  chart?: { key: string; title: string };
}

/** One row of "To reach". */
export interface Verdict {
  work: string;
  owed: number;
  wanted: number;
  got: number;
  /** What the figures are, such as "× Socket.IO". */
  unit: string;
  better: 'higher' | 'lower';
}

export interface Report {
  sections: Section[];
  verdicts: Verdict[];
  /** What went wrong in the run itself: messages that did not come, connections that were refused. */
  failures: string[];
}

export function medianOf(row: Row | undefined, key: string): number {
  return median(row?.samples.map((sample) => sample[key] ?? NaN) ?? []);
}

/** The median of the ratios of each round: what drifts between rounds is in both. */
export function ratioOf(row: Row | undefined, to: Row | undefined, key: string): number {
  return median(row?.samples.map((sample, n) => (sample[key] ?? NaN) / (to?.samples[n]?.[key] ?? NaN)) ?? []);
}

export function rowOf(section: Section, label: string): Row | undefined {
  return section.rows.find((row) => row.label === label);
}

export function grade({ owed, wanted, got, better }: Verdict): 'stretch' | 'pass' | 'MISS' | 'not measured' {
  if (Number.isNaN(got)) return 'not measured';
  const meets = (bar: number) => (better === 'higher' ? got >= bar : got <= bar);
  if (meets(wanted)) return 'stretch';
  return meets(owed) ? 'pass' : 'MISS';
}
