import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks.js';
import type { Benchmark, RunOptions } from './harness/benchmark.js';
import { defaultFolder } from './harness/results.js';

const ROUNDS = 3;

export interface CommandLine extends RunOptions {
  chosen: Benchmark[];
  folder: string;
}

export function helpText(): string {
  const names = BENCHMARKS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`);
  return `Measures Parley beside its peers, in one run, as ratios.

  npm run bench                       all of them (about 25 minutes)
  npm run bench -- fan-out relay      some of them
  npm run bench -- --quick            smaller and shorter, for a first look (under 5 minutes)

${names.join('\n')}

  --only <names>   the same as naming them, with commas between
  --rounds <n>     rounds of each measurement; the figures are medians (${ROUNDS})
  --quick          one round, small sizes
  --out <folder>   where results go (bench/results; of a quick run .cache/bench)
  --help           this text

DATABASE_URL: the Postgres to use (a new database is made on it, and dropped); without one, a temporary one of our own.
A target that is missed is said, and is no failure; a lost or doubled message is: the exit code is 1.
`;
}

/** @throws Error with what is wrong with the arguments */
export function readCommandLine(args: string[]): CommandLine | 'help' {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const names = [...positionals, ...(values.only?.split(',') ?? [])].map((name) => name.trim());
  const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}; --help lists them.`);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be 1 or more.');
  const chosen = BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name));
  return { chosen, rounds, quick: values.quick, folder: values.out ?? defaultFolder(values.quick) };
}
