import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../common/manual-clock.js';
import { CrowdWait } from './crowd-wait.js';

let clock: ManualClock;
let wait: CrowdWait;
let ends: number;
const crowded = { waiting: 0, over: () => (ends += 1) };
beforeEach(() => {
  clock = new ManualClock();
  ends = 0;
  crowded.waiting = 0;
  wait = new CrowdWait(clock, crowded, 0.5);
});

const look = async () => {
  clock.advance(1);
  await new Promise((resolve) => setImmediate(resolve));
};

describe('after a batch, the next one', () => {
  it('waits for nobody where few send', () => {
    expect(wait.holds).toBe(false);
    wait.begin(7);
    expect(wait.holds).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('waits for half of a crowd, once', () => {
    wait.begin(64);
    crowded.waiting = 31;
    expect(wait.holds).toBe(true);
    crowded.waiting = 32;
    expect(wait.holds).toBe(false);
    crowded.waiting = 1;
    expect(wait.holds).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('waits no longer when nobody has come', async () => {
    crowded.waiting = 1;
    wait.begin(64);
    await look();
    expect(ends).toBe(1);
    expect(wait.holds).toBe(false);
  });

  it('waits while more come, but not for ever', async () => {
    wait.begin(64);
    for (const waiting of [1, 2, 3]) {
      crowded.waiting = waiting;
      await look();
    }
    expect(ends).toBe(0);
    expect(wait.holds).toBe(true);
    crowded.waiting = 4;
    await look();
    expect(ends).toBe(1);
    expect(wait.holds).toBe(false);
  });

  it('is told of nothing once it has gone, or another batch is done', async () => {
    wait.begin(64);
    clock.advance(1);
    crowded.waiting = 64;
    expect(wait.holds).toBe(false);
    await look();
    wait.begin(64);
    wait.begin(7);
    await look();
    expect(ends).toBe(0);
  });
});
