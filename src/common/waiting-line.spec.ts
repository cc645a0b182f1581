import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from './domain-error.js';
import { ManualClock } from './manual-clock.js';
import { WaitingLine } from './waiting-line.js';

let clock: ManualClock;
let line: WaitingLine;
let started: string[];

beforeEach(() => {
  clock = new ManualClock();
  line = new WaitingLine(2, clock);
  started = [];
});

/** Work that ends when told to. */
function work(name: string) {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = () => {
      resolve(name);
    };
    fail = reject;
  });
  const result = line.run(() => {
    started.push(name);
    return ended;
  });
  const outcome = result.catch((error: unknown) => error);
  return { end, fail, outcome };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a waiting line', () => {
  it('lets so many run at once, and the others in order', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(work);
    await settled();
    expect(started).toEqual(['a', 'b']);
    b?.end();
    expect(await b?.outcome).toBe('b');
    a?.fail(new Error('broken'));
    await settled();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    d?.end();
    c?.end();
    expect([await a?.outcome, await c?.outcome, await d?.outcome]).toEqual([new Error('broken'), 'c', 'd']);
    work('e');
    work('f');
    await settled();
    expect(started.slice(4)).toEqual(['e', 'f']);
  });

  it('keeps those who wait while it moves, however long they wait', async () => {
    const first = Array.from({ length: 20 }, (_, n) => work(String(n)));
    for (const each of first) {
      await settled();
      clock.advance(900);
      each.end();
    }
    expect(await Promise.all(first.map(({ outcome }) => outcome))).toEqual(started);
  });

  it('sends those who wait away once nothing has moved for a second', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(work);
    await settled();
    clock.advance(999);
    a?.fail(new Unavailable());
    await settled();
    expect(started).toEqual(['a', 'b', 'c']);
    clock.advance(1);
    b?.fail(new Unavailable());
    expect(await d?.outcome).toBeInstanceOf(Unavailable);
    expect(started).toEqual(['a', 'b', 'c']);
    c?.end();
    work('e');
    work('f');
    await settled();
    expect(started).toEqual(['a', 'b', 'c', 'e', 'f']);
  });
});
