import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../support/process-family.js';
import { isAlive } from '../support/is-alive.js';
import { Chromium, CHROMIUM_TIMEOUT_MS, requireNetwork } from './support/chromium.js';

describe('the Chromium of the tests', () => {
  it(
    'ends with all of its processes, and leaves no folder',
    async () => {
      const chromium = await Chromium.start();
      const family = [...familyOf(chromium.pid).keys()];
      expect(family.length).toBeGreaterThan(1);
      await chromium.stop();
      expect(family.filter(isAlive)).toEqual([]);
      expect(existsSync(chromium.folder)).toBe(false);
    },
    CHROMIUM_TIMEOUT_MS,
  );

  it('says what it misses where loopback is the only interface', () => {
    const { lo } = networkInterfaces();
    expect(() => {
      requireNetwork({ lo });
    }).toThrow('need a network interface beside loopback');
    requireNetwork(networkInterfaces());
  });
});
