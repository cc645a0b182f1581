import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BenchProcess } from '../support/bench-process.js';
import type { BenchOptions } from '../support/bench-process.js';
import { eventually } from '../support/eventually.js';
import { isAlive } from '../support/is-alive.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const results = temporaryFolder();
/** Long enough to be ended while it measures. */
const ENDLESS = ['lone-message', '--quick', '--rounds', '1000', '--out', results];
const STARTING_DATABASE = 'seeding';
const STARTING_SERVER = 'starting parley';
const MEASURING = 'round 1 of 1000';

const started: BenchProcess[] = [];

function bench(options: Partial<BenchOptions> = {}): BenchProcess {
  const run = new BenchProcess({ args: ENDLESS, ...options });
  started.push(run);
  return run;
}

/** All that a run has when it measures; a check of what is left would say little if there had been nothing. */
function wholeFamily(run: BenchProcess): Map<number, string> {
  const family = run.family();
  const lines = [...family.values()].join('\n');
  for (const program of ['postgres', 'src/main.js', 'load/load.js', 'database-writer.js', 'watchdog.js'])
    expect(lines).toContain(program);
  return family;
}

function find(family: Map<number, string>, program: string): number {
  return [...family].find(([, line]) => line.includes(program))![0];
}

describe('a benchmark that is stopped leaves nothing behind', { timeout: 120_000 }, () => {
  afterEach(() => {
    for (const run of started.splice(0)) run.remove();
  });

  afterAll(() => {
    rmSync(results, { recursive: true });
  });

  it('told so by two SIGTERM at once, as `timeout` and npm send them', async () => {
    const run = await bench().says(MEASURING);
    const family = wholeFamily(run);
    run.child.kill('SIGTERM');
    run.child.kill('SIGTERM');
    expect(await run.exited).toEqual({ code: 143, signal: null });
    await run.isGone(family);
  });

  it('told so by Ctrl-C while its server starts', async () => {
    const run = await bench().says(STARTING_SERVER);
    const family = run.family();
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect(await run.exited).toEqual({ code: 130, signal: null });
    await run.isGone(family);
  });

  it('when its terminal hangs up, and takes what it says no more', async () => {
    const run = await bench().says(STARTING_SERVER);
    const family = run.family();
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    run.child.kill('SIGHUP');
    expect(await run.exited).toEqual({ code: 129, signal: null });
    await run.isGone(family);
  });

  it('when nobody reads what it says', async () => {
    const run = await bench().says(STARTING_DATABASE);
    const family = run.family();
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect(await run.exited).toEqual({ code: 129, signal: null });
    await run.isGone(family);
  });

  it('killed', async () => {
    const run = await bench().says(MEASURING);
    const family = wholeFamily(run);
    run.child.kill('SIGKILL');
    await run.isGone(family);
  });

  it('killed while its database is made', async () => {
    const run = await bench().says(STARTING_DATABASE);
    await eventually(() => [...run.family().values()].some((line) => line.includes('initdb')), 20_000);
    const family = run.family();
    run.child.kill('SIGKILL');
    await run.isGone(family);
  });

  it('when npm, which runs it, is killed', async () => {
    const run = await bench({ command: ['npm', 'run', '--ignore-scripts', 'bench', '--'] }).says(STARTING_SERVER);
    const family = run.family();
    run.child.kill('SIGKILL');
    await run.isGone(family);
  });

  it('when npm, which runs it, is told to stop', async () => {
    const run = await bench({ command: ['npm', 'run', '--ignore-scripts', 'bench', '--'] }).says(STARTING_SERVER);
    const family = run.family();
    run.child.kill('SIGTERM');
    await run.exited;
    await run.isGone(family);
  });

  it('but for what the next run sweeps: killed together with its watchdog', async () => {
    const run = await bench().says(STARTING_SERVER);
    const family = run.family();
    process.kill(find(family, 'watchdog.js'), 'SIGKILL');
    run.child.kill('SIGKILL');
    await run.exited;
    expect(isAlive(find(family, 'postgres'))).toBe(true);
    const next = await bench({ tmp: run.tmp }).says('which a killed run had left');
    expect([...family.keys()].filter(isAlive)).toEqual([]);
    const itsFamily = next.family();
    next.child.kill('SIGTERM');
    await next.isGone(itsFamily);
  });
});
