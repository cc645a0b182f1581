import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { OperatorError } from '../../src/common/operator-error.js';
import { barChart } from './chart.js';
import { medianOf } from './report.js';
import type { Report } from './report.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** When, where and of what the figures are. */
export interface Stamp {
  date: string;
  machine: string;
  versions: Record<string, string>;
  rounds: number;
  quick: boolean;
}

export interface StoredResult extends Report {
  name: string;
  title: string;
  stamp: Stamp;
  /** The charts' files, beside this one. */
  charts: string[];
}

const PACKAGES = ['ws', 'socket.io', '@nestjs/core', 'pg', 'typeorm'];

/** `servers`: what else was measured with, and its version. */
export function makeStamp(run: { rounds: number; quick: boolean; servers: Record<string, string> }): Stamp {
  const versions: Record<string, string> = { parley: versionOf('package.json'), node: process.versions.node };
  for (const name of PACKAGES) versions[name] = versionOf(`node_modules/${name}/package.json`);
  Object.assign(versions, run.servers);
  const [cpu] = os.cpus();
  const machine = `${os.availableParallelism()} cores${cpu ? ` of ${cpu.model.trim()}` : ''}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.arch()}`;
  return {
    date: new Date().toISOString(),
    machine,
    versions,
    rounds: run.rounds,
    quick: run.quick,
  };
}

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as { version: string }).version;
}

/** Results that are kept, and shown by the README; a quick run's are for a look. */
export function defaultFolder(quick: boolean): string {
  return path.join(ROOT, quick ? '.cache/bench' : 'bench/results');
}

/** @throws OperatorError when results could not be written there: better told before they are measured */
export function prepareFolder(folder: string): void {
  const probe = path.join(folder, `.writable-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
  } catch (cause) {
    throw new OperatorError(`Results cannot be written to ${folder}: ${(cause as Error).message}`, { cause });
  }
  rmSync(probe);
}

/** Writes `<name>.json` and its charts; what the last run of it left is replaced. */
export function writeResult(folder: string, result: Omit<StoredResult, 'charts'>): void {
  const charts = result.sections.flatMap(({ chart, rows }, n) => {
    if (!chart) return [];
    const file = n === 0 ? `${result.name}.svg` : `${result.name}-${n + 1}.svg`;
    const bars = rows.map((row) => ({ label: row.label, value: medianOf(row, chart.key) }));
    writeFileSync(path.join(folder, file), barChart(chart.title, bars));
    return [file];
  });
  writeFileSync(path.join(folder, `${result.name}.json`), `${JSON.stringify({ ...result, charts }, null, 2)}\n`);
}

export function readResult(folder: string, name: string): StoredResult | undefined {
  const file = path.join(folder, `${name}.json`);
  if (!existsSync(file)) return undefined;
  // JSON has no NaN: what was not measured is null there.
  return JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => (value === null ? NaN : value)) as StoredResult;
}
