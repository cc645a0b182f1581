import { describe, expect, it } from 'vitest';
import { BENCHMARKS } from './benchmarks.js';
import { helpText, readCommandLine } from './command-line.js';
import type { CommandLine } from './command-line.js';
import { defaultFolder } from './harness/results.js';

function read(...args: string[]): CommandLine {
  const understood = readCommandLine(args);
  if (understood === 'help') throw new Error('asked for help');
  return understood;
}

const namesOf = ({ chosen }: CommandLine) => chosen.map(({ name }) => name);

describe('the command line', () => {
  it('means everything, in three rounds, kept beside the sources', () => {
    const all = read();
    expect(namesOf(all)).toEqual(BENCHMARKS.map(({ name }) => name));
    expect(all).toMatchObject({ rounds: 3, quick: false, folder: defaultFolder(false) });
  });

  it('takes names in any order and way, and runs them in theirs', () => {
    expect(namesOf(read('relay', 'fan-out'))).toEqual(['fan-out', 'relay']);
    expect(namesOf(read('--only', 'relay, idle', 'fan-out'))).toEqual(['fan-out', 'relay', 'idle']);
  });

  it('takes one round for a quick look, which leaves the kept results alone', () => {
    expect(read('--quick')).toMatchObject({ quick: true, rounds: 1, folder: defaultFolder(true) });
    expect(read('--quick', '--rounds', '5')).toMatchObject({ quick: true, rounds: 5 });
    expect(defaultFolder(true)).not.toBe(defaultFolder(false));
  });

  it('takes the folder from where it is run', () => {
    expect(read('--out', 'here').folder).toBe(`${process.cwd()}/here`);
  });

  it.each([['--help'], ['-h'], ['relay', '--help']])('answers %s with help', (...args) => {
    expect(readCommandLine(args)).toBe('help');
  });

  it.each([
    [['fan-in'], 'There is no benchmark fan-in; --help lists them.'],
    [['--only', 'relay,'], 'There is no benchmark ""; --help lists them.'],
    [['--rounds', '0'], '--rounds must be a whole number, 1 or more; 0 is not.'],
    [['--rounds', 'many'], '--rounds must be a whole number, 1 or more; many is not.'],
    [['--rounds', '1.5'], '--rounds must be a whole number, 1 or more; 1.5 is not.'],
    [['--rounds'], "Option '--rounds <value>' argument missing"],
    [['--rond', '1'], "Unknown option '--rond'"],
    [['--out', ''], '--out must name a folder.'],
    [['--quick', '--out', defaultFolder(false)], 'A quick run is for a look: --out may not be'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });

  it('lists every benchmark in its help', () => {
    for (const { name, title } of BENCHMARKS) expect(helpText()).toContain(`  ${name.padEnd(14)}${title}\n`);
  });
});
