import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { defaultFolder, readResult } from './results.js';
import type { StoredResult } from './results.js';
import { markdownTable, sectionCells, verdictCells } from './tables.js';

const README = path.resolve(defaultFolder(false), '../README.md');
const BEGIN = '<!-- generated from results/ by npm run bench -->';
const END = '<!-- end of generated -->';

/** Writes what the kept results say into `bench/README.md`, between its two marks. */
export async function updateReadme(names: readonly string[]): Promise<void> {
  const results = names.map((name) => readResult(defaultFolder(false), name)).filter((result) => result !== undefined);
  const text = readFileSync(README, 'utf8');
  const [before = '', after = ''] = [text.split(BEGIN)[0], text.split(END)[1]];
  const generated = [reached(results), ...results.map(chapter)].join('\n\n');
  const whole = `${before}${BEGIN}\n\n${generated}\n\n${END}${after}`;
  writeFileSync(README, await format(whole, { ...(await resolveConfig(README)), parser: 'markdown' }));
}

function reached(results: readonly StoredResult[]): string {
  return `## To reach\n\n${markdownTable(verdictCells(results.flatMap(({ verdicts }) => verdicts)))}`;
}

function chapter({ title, stamp, sections, charts, failures }: StoredResult): string {
  const versions = Object.entries(stamp.versions).map(([name, version]) => `${name} ${version}`);
  const when = `${stamp.date.slice(0, 10)}, ${stamp.machine}; medians of ${stamp.rounds} rounds${stamp.quick ? ', quick' : ''}; ${versions.join(', ')}`;
  const tables = sections.map((section) => `### ${section.title}\n\n${markdownTable(sectionCells(section))}`);
  const images = charts.map((file) => `![${title}](results/${file})`);
  const wrong = failures.map((failure) => `- FAILED: ${failure}`);
  return [`## ${title}`, when, ...images, ...tables, ...(wrong.length > 0 ? [wrong.join('\n')] : [])].join('\n\n');
}
