import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { somewhere } from './support/load.js';
import { allRefusedTwice, lockChannel, longestAck, longestRefusal } from './support/locked-channel.js';
import { expectWhole } from './support/oracle.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
/** Twice what is promised: 2 s (the reliability page). */
const FAST_MS = 4000;

let theatre: Stage;
beforeAll(async () => {
  theatre = await Stage.open();
}, MINUTE_MS);
afterAll(() => theatre.close());

it(
  'F16: one locked channel fails as `unavailable` in time, and no other channel does',
  async () => {
    const [locked, other] = [await theatre.freshChannel(), await theatre.freshChannel()];
    const holder = await lockChannel(locked);
    const started = performance.now();
    locked.write(12);
    other.write(12);
    await eventually(() => allRefusedTwice(locked) && performance.now() - started > count('F16.lockMs'), MINUTE_MS);
    expect(locked.acked).toBe(0);
    expect(Object.keys(locked.errors)).toEqual(['unavailable']);
    expect(longestRefusal(locked)).toBeLessThan(FAST_MS);
    const meanwhile = other.acked;
    expect(meanwhile).toBeGreaterThan(12);
    progress('F16', `${meanwhile} acknowledged in the other channel; the locked one is let go`);
    await holder.end();
    await somewhere(locked, chance());
    await Promise.all([locked.settle(), other.settle()]);
    expect(other.errors).toEqual({});
    await expectWhole(locked);
    await expectWhole(other);
    figures('F16', {
      'locked, ms': count('F16.lockMs'),
      'longest refusal in the locked channel, ms': longestRefusal(locked),
      'messages in the other channel meanwhile': meanwhile,
      'longest wait in the other channel, ms': longestAck(other),
    });
  },
  10 * MINUTE_MS,
);
