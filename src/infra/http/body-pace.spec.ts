import { describe, expect, it } from 'vitest';
import { isTooSlow } from './body-pace.js';

describe('the pace of a body', () => {
  it('gives any body half a minute', () => {
    expect(isTooSlow(30_000, 0)).toBe(false);
    expect(isTooSlow(30_001, 0)).toBe(true);
  });

  it('ends one that brings a byte a second', () => {
    expect(isTooSlow(35_000, 35)).toBe(true);
  });

  it('lets 25 MiB take their time over a line of 256 kbit/s, and not less', () => {
    const bytes = 25 * 1024 * 1024;
    expect(isTooSlow(bytes / 32, bytes)).toBe(false);
    expect(isTooSlow(60_000, 15 * 60_000)).toBe(true);
  });
});
