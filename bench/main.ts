import { helpText, readCommandLine } from './command-line.js';
import { BENCHMARKS } from './benchmarks.js';
import type { CommandLine } from './command-line.js';
import type { BenchContext, Benchmark, Measured } from './harness/benchmark.js';
import { openBenchDatabase } from './harness/database.js';
import type { BenchDatabase } from './harness/database.js';
import { exitCodeOf } from './harness/report.js';
import type { Report, Section } from './harness/report.js';
import { Resources } from './harness/resources.js';
import { updateReadme } from './harness/readme.js';
import { defaultFolder, makeStamp, prepareFolder, writeResult } from './harness/results.js';
import { sweepRunFolders } from './harness/run-folder.js';
import { RunLife } from './harness/run-life.js';
import { plainTable, sectionCells, verdictCells } from './harness/tables.js';
import { OperatorError } from '../src/common/operator-error.js';

const say = (text: string) => process.stdout.write(`${text}\n`);
const warn = (text: string) => process.stderr.write(`bench: ${text}\n`);

const commandLine = understood();
if (commandLine === 'help') say(helpText());
else if (commandLine) await main(commandLine);

function understood(): CommandLine | 'help' | undefined {
  try {
    const understood = readCommandLine(process.argv.slice(2));
    if (understood !== 'help') prepareFolder(understood.folder);
    return understood;
  } catch (error) {
    warn((error as Error).message);
    process.exitCode = 2;
    return undefined;
  }
}

async function main(commandLine: CommandLine): Promise<void> {
  const resources = new Resources();
  const life = new RunLife(resources);
  try {
    for (const folder of await sweepRunFolders()) warn(`removed ${folder}, which a killed run had left`);
    await runAll(commandLine, resources);
  } catch (error) {
    // What breaks while the run is stopped, breaks for that.
    if (!life.stopping) warn(describe(error));
    process.exitCode = 1;
  } finally {
    await resources.release();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof OperatorError ? error.message : (error.stack ?? error.message);
}

async function runAll(commandLine: CommandLine, resources: Resources): Promise<void> {
  const { chosen, quick, rounds, folder } = commandLine;
  let database: Promise<BenchDatabase> | undefined;
  const run = { quick, rounds, resources, database: () => (database ??= openBenchDatabase(resources)) };
  const reports: Report[] = [];
  for (const benchmark of chosen) {
    const { servers, ...report } = await runOne(benchmark, run);
    reports.push(report);
    process.exitCode = exitCodeOf(reports);
    const postgres = database && { PostgreSQL: (await database).version };
    const stamp = makeStamp({ rounds, quick, servers: { ...postgres, ...servers } });
    writeResult(folder, { name: benchmark.name, title: benchmark.title, stamp, ...report });
  }
  if (folder === defaultFolder(false)) await updateReadme(BENCHMARKS.map(({ name }) => name));
}

async function runOne(
  benchmark: Benchmark,
  run: Omit<BenchContext, 'failures' | 'progress' | 'show'>,
): Promise<Report & Pick<Measured, 'servers'>> {
  const began = performance.now();
  const elapsed = () => `${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s`;
  say(`\n${benchmark.title}`);
  const shown = new Set<Section>();
  const show = (section: Section) => {
    if (!shown.has(section)) say(`\n${section.title}\n${plainTable(sectionCells(section))}`);
    shown.add(section);
  };
  const progress = (text: string) => process.stderr.write(`${elapsed()}  ${benchmark.name}: ${text}\n`);
  const failures: string[] = [];
  const { sections, verdicts, servers = {} } = await benchmark.run({ ...run, failures, show, progress });
  sections.forEach(show);
  if (verdicts.length > 0) say(`\n${plainTable(verdictCells(verdicts))}`);
  for (const failure of failures) say(`FAILED: ${failure}`);
  return { sections, verdicts, failures, servers };
}
