import { helpText, readCommandLine } from './command-line.js';
import { BENCHMARKS } from './benchmarks.js';
import type { CommandLine } from './command-line.js';
import type { BenchContext, Benchmark } from './harness/benchmark.js';
import { openBenchDatabase } from './harness/database.js';
import type { BenchDatabase } from './harness/database.js';
import type { Section } from './harness/report.js';
import { Resources } from './harness/resources.js';
import { updateReadme } from './harness/readme.js';
import { defaultFolder, makeStamp, writeResult } from './harness/results.js';
import { plainTable, sectionCells, verdictCells } from './harness/tables.js';

const resources = new Resources();
let database: Promise<BenchDatabase> | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.stderr.write('\nbench: stopping\n');
    void resources.release().finally(() => process.exit(130));
  });

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const commandLine = understood();
  if (commandLine === undefined) return;
  if (commandLine === 'help') {
    say(helpText());
    return;
  }
  try {
    for (const benchmark of commandLine.chosen) await runOne(benchmark, commandLine);
    if (commandLine.folder === defaultFolder(false)) await updateReadme(BENCHMARKS.map(({ name }) => name));
  } finally {
    await resources.release();
  }
}

function understood(): CommandLine | 'help' | undefined {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

async function runOne(benchmark: Benchmark, { quick, rounds, folder }: CommandLine): Promise<void> {
  const began = performance.now();
  const elapsed = () => `${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s`;
  say(`\n${benchmark.title}`);
  const shown = new Set<Section>();
  const context: BenchContext = {
    quick,
    rounds,
    resources,
    database: () => (database ??= openBenchDatabase(resources)),
    show: (section) => {
      shown.add(section);
      say(`\n${section.title}\n${plainTable(sectionCells(section))}`);
    },
    progress: (text) => process.stderr.write(`${elapsed()}  ${benchmark.name}: ${text}\n`),
  };
  const report = await benchmark.run(context);
  const { sections, verdicts, failures } = report;
  for (const section of sections) if (!shown.has(section)) context.show(section);
  if (verdicts.length > 0) say(`\n${plainTable(verdictCells(verdicts))}`);
  for (const failure of failures) say(`FAILED: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  const stamp = makeStamp({ rounds, quick, ...(database && { postgres: (await database).version }) });
  writeResult(folder, { name: benchmark.name, title: benchmark.title, stamp, ...report });
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
