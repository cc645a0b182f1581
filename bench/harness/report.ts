import { median, medianInterval } from './statistics.js';
import type { Interval } from './statistics.js';

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
  /** Whether the table says how sure the median is. */
  interval?: true;
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
  /** Where the true figure lies; a bar is met when all of it does. */
  between?: Interval;
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

export function intervalOf(row: Row | undefined, key: string): Interval {
  return medianInterval(row?.samples.map((sample) => sample[key] ?? NaN) ?? []);
}

/** The median of the ratios of each round: what drifts between rounds is in both. */
export function ratioOf(row: Row | undefined, to: Row | undefined, key: string): number {
  return median(row?.samples.map((sample, n) => (sample[key] ?? NaN) / (to?.samples[n]?.[key] ?? NaN)) ?? []);
}

export function rowOf(section: Section, label: string): Row | undefined {
  return section.rows.find((row) => row.label === label);
}

export type Grade = 'stretch' | 'pass' | 'short' | 'not proven' | 'MISS' | 'not measured';

/** `short`: what was wanted is not reached, and nothing was owed. */
export function grade({ owed, wanted, got, better, between }: Verdict): Grade {
  if (Number.isNaN(got)) return 'not measured';
  const { low, high } = between ?? { low: got, high: got };
  const [worst, best] = better === 'higher' ? [low, high] : [high, low];
  const meets = (value: number, bar: number) => (better === 'higher' ? value >= bar : value <= bar);
  if (meets(worst, wanted)) return 'stretch';
  if (meets(worst, owed)) return 'pass';
  if (Number.isNaN(owed)) return 'short';
  return meets(best, owed) || Number.isNaN(best) ? 'not proven' : 'MISS';
}

/** A target that is missed is no failure; what is lost, doubled or refused is. */
export function exitCodeOf(reports: readonly Report[]): 0 | 1 {
  return reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
