import { describe, expect, it } from 'vitest';
import { Cancel } from '../../common/clock.js';
import { ManualClock } from '../../common/manual-clock.js';
import { TokenExpiry } from './token-expiry.js';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Cuts delays, as the system's timers do. */
class CuttingClock extends ManualClock {
  override after(ms: number, task: () => void): Cancel {
    return super.after(Math.min(ms, LONGEST_TIMER_MS), task);
  }
}

function setUp() {
  const clock = new CuttingClock();
  const log: [string, number][] = [];
  const expiry = new TokenExpiry(clock, {
    expiring: () => log.push(['expiring', clock.now()]),
    expired: () => log.push(['expired', clock.now()]),
  });
  return { clock, log, expiry };
}

describe('the end of a token (1.1)', () => {
  it.each([LONGEST_TIMER_MS + 30_000, LONGEST_TIMER_MS * 3 + 1, 3_600_000, 60_001])(
    'is announced 60 s before and told at its time, also %i ms ahead (A10)',
    (ms) => {
      const { clock, log, expiry } = setUp();
      const end = clock.now() + ms;
      expiry.watch(new Date(end));
      clock.advance(ms + 1000);
      expect(log).toEqual([
        ['expiring', end - 60_000],
        ['expired', end],
      ]);
    },
  );

  it('is announced at once when it is nearer than that', () => {
    const { clock, log, expiry } = setUp();
    const start = clock.now();
    expiry.watch(new Date(start + 10_000));
    clock.advance(20_000);
    expect(log).toEqual([
      ['expiring', start],
      ['expired', start + 10_000],
    ]);
  });

  it('of an earlier token is forgotten when a later one comes, and when the connection ends', () => {
    const { clock, log, expiry } = setUp();
    const end = clock.now() + 7_200_000;
    expiry.watch(new Date(clock.now() + 3_600_000));
    expiry.watch(new Date(end));
    clock.advance(7_100_000);
    expect(log).toEqual([]);
    expiry.stop();
    clock.advance(7_200_000);
    expect(log).toEqual([]);
  });
});
