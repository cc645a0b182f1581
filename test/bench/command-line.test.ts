import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BenchProcess } from '../support/bench-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const file = path.join(folder, 'file');
writeFileSync(file, '');

describe('the benchmark program', { timeout: 60_000 }, () => {
  const started: BenchProcess[] = [];

  afterEach(() => {
    for (const run of started.splice(0)) run.remove();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    [['--help'], 0, 'DATABASE_URL'],
    [['fan-in'], 2, 'bench: There is no benchmark fan-in; --help lists them.\n'],
    [['--rounds', 'many'], 2, 'bench: --rounds must be a whole number'],
    [['relay', '--out', path.join(file, 'results')], 2, `bench: Results cannot be written to ${file}/results: ENOTDIR`],
    [['relay', '--out', file], 2, `bench: Results cannot be written to ${file}: EEXIST`],
  ])('answers %j with exit code %d, and starts nothing', async (args, code, text) => {
    const run = new BenchProcess({ args });
    started.push(run);
    expect(await run.exited).toEqual({ code, signal: null });
    expect(run.output).toContain(text);
    expect(readdirSync(run.tmp)).toEqual([]);
  });

  it('fails, and says why, when a server ends while it is measured', async () => {
    const run = new BenchProcess({ args: ['lone-message', '--quick', '--rounds', '1000', '--out', folder] });
    started.push(run);
    await run.says('round 2 of 1000');
    const family = run.family();
    process.kill([...family].find(([, line]) => line.includes('database-writer.js'))![0], 'SIGKILL');
    expect(await run.exited).toEqual({ code: 1, signal: null });
    expect(run.output).toMatch(/bench: Error: (ended while it was|cannot be) asked/);
    await run.isGone(family);
  });
});
