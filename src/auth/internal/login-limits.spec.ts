import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalCluster } from '../../cluster/local-cluster.js';
import { RateLimits } from '../../cluster/rate-limits.js';
import { RateLimited } from '../../common/domain-error.js';
import { ManualClock } from '../../common/manual-clock.js';
import { parseSettings } from '../../config/settings.js';
import { LoginLimits } from './login-limits.js';

describe('login limits (8, A1)', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('take nothing from an account whose tries were refused because of the address alone', async () => {
    const limits = new LoginLimits(parseSettings({}), new RateLimits(new LocalCluster(new ManualClock())));
    const attempt = (name: string) =>
      limits.attempt({ account: `unknown ${name}`, ip: '203.0.113.1' }, () => Promise.resolve(undefined));
    for (let n = 0; n < 20; n++) await attempt(`other ${n}`);
    vi.advanceTimersByTime(50_000);
    for (let n = 0; n < 5; n++) await expect(attempt('alice')).rejects.toThrow(RateLimited);
    // The minute of the address is over; one of the account would have begun with the first refusal.
    vi.advanceTimersByTime(11_000);
    for (let n = 0; n < 5; n++) await expect(attempt('alice')).resolves.toBeUndefined();
    await expect(attempt('alice')).rejects.toThrow(RateLimited);
  });
});
