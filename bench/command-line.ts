import path from 'node:path';
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

  npm run bench                       all of them (about 30 minutes)
  npm run bench -- fan-out relay      some of them
  npm run bench -- --quick            smaller and shorter, for a first look (about 5 minutes)

${names.join('\n')}

  --only <names>   the same as naming them, with commas between
  --rounds <n>     rounds of each measurement; the figures are medians (${ROUNDS})
  --quick          one round, small sizes
  --out <folder>   where results go (bench/results; of a quick run .cache/bench)
  --help           this text

DATABASE_URL: a URL of the Postgres to use, without which a temporary one is started. A new database, parley_bench_…, is
made on it and dropped again; what else is there is not touched, but shares the machine with the load.

Progress goes to stderr, tables to stdout. The exit code is 1 when the run fails, a message that is lost or doubled being
a failure; 2 when the arguments are wrong. A target that is missed is shown as MISS, and is no failure.
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
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick, rounds = quick ? '1' : String(ROUNDS) } = values;
  if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`--rounds must be a whole number, 1 or more; ${rounds} is not.`);
  const names = [...positionals, ...(values.only?.split(',') ?? [])];
  return { chosen: chosenBy(names), rounds: Number(rounds), quick, folder: folderOf(values.out, quick) };
}

function chosenBy(names: string[]): Benchmark[] {
  const wanted = names.map((name) => name.trim());
  const unknown = wanted.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0)
    throw new Error(`There is no benchmark ${unknown.map((name) => name || '""').join(', ')}; --help lists them.`);
  return BENCHMARKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

function folderOf(out: string | undefined, quick: boolean): string {
  if (out === '') throw new Error('--out must name a folder.');
  const folder = path.resolve(out ?? defaultFolder(quick));
  if (quick && folder === defaultFolder(false))
    throw new Error(`A quick run is for a look: --out may not be ${folder}.`);
  return folder;
}
