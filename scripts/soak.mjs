// The fault catalogue with large counts: `npm run test:soak -- --help`. Ends with "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COUNTS = JSON.parse(readFileSync(new URL('../test/faults/support/counts.json', import.meta.url), 'utf8'));

const HELP = `npm run test:soak -- [case …] [--count=number …]

Runs the fault catalogue (docs/adr/0007-fault-catalogue.md) with large counts: all of it, or the cases named (F1 F19 W3).
What needs root or Linux is named at the end where it could not run, and counts as neither passed nor failed.

${Object.entries(COUNTS)
  .map(([name, { soak, what }]) => `  --${name}=${soak}`.padEnd(26) + what)
  .join('\n')}
`;

function parse(args) {
  const cases = [];
  const counts = {};
  for (const arg of args) {
    const [, name, value] = /^--([\w.]+)=(\d+)$/.exec(arg) ?? [];
    if (name in COUNTS) counts[name] = Number(value);
    else if (/^[FWZAMR]\d+$/i.test(arg)) cases.push(arg.toUpperCase());
    else return { unknown: arg };
  }
  return { cases, counts: { seed: Date.now() % 1_000_000, ...counts } };
}

/** The files that have these cases: the others need not be loaded to be skipped. */
function filesOf(cases) {
  const has = (file) => cases.some((name) => readFileSync(file, 'utf8').includes(`${name}: `));
  return ['test/faults/', 'test/cluster/']
    .flatMap((folder) => readdirSync(folder).map((file) => folder + file))
    .filter((file) => /\.(test|soak)\.ts$/.test(file) && has(file));
}

function run({ cases, counts }) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-soak-'));
  const report = join(folder, 'report.json');
  const figures = join(folder, 'figures');
  const selection = cases.length > 0 ? ['-t', `(^| )(${cases.join('|')}):`, ...filesOf(cases)] : [];
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'vitest.soak.config.ts',
    '--hideSkippedTests',
    ...selection,
  ];
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, SOAK_COUNTS: JSON.stringify(counts), SOAK_FIGURES: figures };
  const { status } = spawnSync(process.execPath, [...args, ...reporters], { stdio: 'inherit', env });
  const lines = existsSync(figures) ? readFileSync(figures, 'utf8').trim().split('\n') : [];
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { status, result, figures: lines.filter(Boolean).map((line) => JSON.parse(line)) };
}

function table(figures) {
  for (const { id, ...values } of figures) {
    console.log(`\n${id}`);
    const width = Math.max(...Object.keys(values).map(({ length }) => length));
    for (const [name, value] of Object.entries(values)) console.log(`  ${name.padEnd(width)}  ${value}`);
  }
}

const args = process.argv.slice(2);
const chosen = parse(args);
if (args.includes('--help')) {
  console.log(HELP);
} else if (chosen.unknown !== undefined) {
  console.error(`Unknown argument ${chosen.unknown}; try --help.`);
  process.exitCode = 2;
} else {
  console.log(`Seed ${chosen.counts.seed}.`);
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  const { status, result, figures } = build.status === 0 ? run(chosen) : { status: 1, figures: [] };
  const isChosen = ({ id }) => chosen.cases.length === 0 || chosen.cases.includes(id);
  table(figures.filter(({ notRun }) => notRun === undefined));
  console.log(`\nSeed ${chosen.counts.seed}.`);
  for (const { id, notRun } of figures.filter((figure) => figure.notRun !== undefined && isChosen(figure)))
    console.log(`${id} was not run: ${notRun}`);
  const passed = result?.numPassedTests ?? 0;
  const failed = Math.max(result?.numFailedTests ?? 1, status === 0 && passed > 0 ? 0 : 1);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
