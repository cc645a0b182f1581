import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BenchProcess } from '../support/bench-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const results = temporaryFolder();
const started: BenchProcess[] = [];

/** How many of a family run this program. */
function count(family: Map<number, string>, program: string): number {
  return [...family.values()].filter((line) => line.includes(program)).length;
}

describe('the benchmark of several nodes', { timeout: 120_000 }, () => {
  afterEach(() => {
    for (const run of started.splice(0)) run.remove();
  });

  afterAll(() => {
    rmSync(results, { recursive: true });
  });

  it('measures one, two and three nodes, and leaves no redis-server behind when it is killed', async () => {
    const run = new BenchProcess({ args: ['nodes', '--quick', '--rounds', '1000', '--out', results] });
    started.push(run);
    // A message on each arena's first node has been seen on its second by then, hundreds of times.
    await run.says('round 1 of 1000, Parley, three nodes');
    const family = run.family();
    expect(count(family, 'src/main.js')).toBe(1 + 1 + 2 + 3);
    expect(count(family, '127.0.0.1:')).toBe(3);
    expect(run.output).not.toContain('FAILED');
    run.child.kill('SIGKILL');
    await run.isGone(family);
  });
});
