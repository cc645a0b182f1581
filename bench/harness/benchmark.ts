import type { BenchDatabase } from './database.js';
import type { Report, Row, Sample, Section } from './report.js';
import type { Resources } from './resources.js';

export interface RunOptions {
  quick: boolean;
  rounds: number;
}

/** What a benchmark is given; what it starts, it adds to `resources`. */
export interface BenchContext extends RunOptions {
  resources: Resources;
  /** The run's database, opened at its first use. */
  database: () => Promise<BenchDatabase>;
  progress: (text: string) => void;
  /** What goes wrong in the run itself, told as it happens: it fails the run. */
  failures: string[];
  /** Prints a table before the rest is measured; those not shown are printed at the end. */
  show: (section: Section) => void;
}

export interface Measured extends Omit<Report, 'failures'> {
  /** Servers that this benchmark alone needs, and their versions. */
  servers?: Record<string, string>;
}

export interface Benchmark {
  name: string;
  title: string;
  run(context: BenchContext): Promise<Measured>;
}

export interface Contestant {
  label: string;
  /** One round: one measurement, or several in a row. */
  measure: () => Promise<Sample | Sample[]>;
}

/** A B C, A B C, …: so that what else the machine does meets all alike. */
export async function interleave(
  { rounds, progress }: Pick<BenchContext, 'rounds' | 'progress'>,
  what: string,
  contestants: readonly Contestant[],
): Promise<Row[]> {
  const rows = contestants.map(({ label }) => ({ label, samples: [] as Sample[] }));
  for (let round = 1; round <= rounds; round++)
    for (const [n, { label, measure }] of contestants.entries()) {
      progress(`${what}: round ${round} of ${rounds}, ${label}`);
      rows[n]?.samples.push(...[await measure()].flat());
    }
  return rows;
}
