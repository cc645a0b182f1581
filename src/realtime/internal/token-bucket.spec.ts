import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

const refusals = (bucket: TokenBucket, frames: number, now: number) =>
  Array.from({ length: frames }, () => bucket.take(now)).filter((verdict) => !verdict.allowed);

describe('inbound rate (section 9, WS_RATE_PER_SECOND)', () => {
  it('lets a burst of twice the rate through, then refuses with the time to wait', () => {
    const bucket = new TokenBucket(50, 0);
    expect(refusals(bucket, 100, 0)).toEqual([]);
    expect(bucket.take(0)).toEqual({ allowed: false, retryAfterMs: 20, flooding: false });
    expect(bucket.take(20)).toEqual({ allowed: true });
  });

  it('never saves up more than the burst', () => {
    const bucket = new TokenBucket(50, 0);
    expect(refusals(bucket, 101, 3_600_000)).toHaveLength(1);
  });

  it('calls it flooding when frames were refused in three seconds out of ten', () => {
    const bucket = new TokenBucket(10, 0);
    const flooding = [0, 1000, 2000].map((now) => refusals(bucket, 100, now).at(-1));
    expect(flooding.map((verdict) => verdict?.allowed === false && verdict.flooding)).toEqual([false, false, true]);
  });

  it('forgets strikes after ten seconds', () => {
    const bucket = new TokenBucket(10, 0);
    const flooding = [0, 6000, 12_000, 18_000].map((now) => refusals(bucket, 100, now).at(-1));
    expect(flooding.some((verdict) => verdict?.allowed === false && verdict.flooding)).toBe(false);
  });

  it('has no limit at 0', () => {
    expect(refusals(new TokenBucket(0, 0), 10_000, 0)).toEqual([]);
  });
});
