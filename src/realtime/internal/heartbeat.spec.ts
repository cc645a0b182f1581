import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../common/manual-clock.js';
import { Heartbeat } from './heartbeat.js';

const INTERVAL_MS = 25_000;

/** A clock whose timers may all come late, as after a stall of the process. */
class LateClock extends ManualClock {
  late = 0;

  override now(): number {
    return super.now() + this.late;
  }
}

function setUp(intervalMs = INTERVAL_MS) {
  const clock = new LateClock();
  const heartbeat = new Heartbeat(clock, intervalMs);
  const member = () => {
    const pings: number[] = [];
    const checks: { now: number; excusedAt: number }[] = [];
    const cancel = heartbeat.add({
      ping: () => pings.push(clock.now()),
      check: (now, excusedAt) => checks.push({ now, excusedAt }),
    });
    return { pings, checks, cancel };
  };
  return { clock, heartbeat, member };
}

describe('heartbeat (section 1, WS_HEARTBEAT_INTERVAL_MS)', () => {
  it.each([100, 300, INTERVAL_MS])('pings each member once in %i ms, and checks it more often', (intervalMs) => {
    const { clock, member } = setUp(intervalMs);
    const { pings, checks } = member();
    clock.advance(10 * intervalMs);
    expect(pings.length).toBeGreaterThanOrEqual(9);
    expect(pings.length).toBeLessThanOrEqual(11);
    expect(checks.length).toBeGreaterThanOrEqual(36);
  });

  it('spreads the pings of its members over the interval', () => {
    const { clock, member } = setUp();
    const members = Array.from({ length: 100 }, member);
    clock.advance(INTERVAL_MS);
    const byTime = new Map<number, number>();
    for (const { pings } of members) for (const at of pings) byTime.set(at, (byTime.get(at) ?? 0) + 1);
    expect(Math.max(...byTime.values())).toBeLessThanOrEqual(5);
  });

  it('leaves a member alone once it is removed, and everyone once it is stopped', () => {
    const { clock, heartbeat, member } = setUp();
    const [gone, stays] = [member(), member()];
    gone.cancel();
    clock.advance(2 * INTERVAL_MS);
    heartbeat.stop();
    const before = stays.pings.length;
    clock.advance(2 * INTERVAL_MS);
    expect([gone.pings.length, before > 0, stays.pings.length - before]).toEqual([0, true, 0]);
  });

  it('tells when this process had been away, since silence meanwhile proves nothing', () => {
    const { clock, member } = setUp();
    const { checks } = member();
    clock.advance(INTERVAL_MS);
    expect(checks.every(({ excusedAt }) => excusedAt === 0)).toBe(true);
    clock.late = 10 * INTERVAL_MS;
    clock.advance(INTERVAL_MS);
    const { now = 0, excusedAt = 0 } = checks.at(-1) ?? {};
    expect(now - excusedAt).toBeLessThanOrEqual(INTERVAL_MS);
    expect(excusedAt).toBeGreaterThan(0);
  });
});
