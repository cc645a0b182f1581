import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { CallPage } from './call-page.js';

/** Each with each: audio, video, and a text over the data channel. */
export async function expectCall(pages: readonly CallPage[]): Promise<void> {
  const othersOf = (page: CallPage) => pages.filter((other) => other !== page);
  await Promise.all(pages.map((page) => page.hasTrafficWith(...othersOf(page))));
  // Another one each time: what a page heard before the other was loaded anew proves nothing.
  const greeting = randomUUID();
  for (const page of pages) await page.says(`${greeting}: I am ${page.id}`);
  for (const page of pages)
    for (const other of othersOf(page)) await page.hasHeard(other, `${greeting}: I am ${other.id}`);
}

/**
 * Both offer before either knows of the other's offer: each shows one more picture, and what arrives is held back until
 * both offers have gone out. The polite one gives way, and both pictures arrive.
 */
export async function expectGlareToSettle(earlier: CallPage, later: CallPage): Promise<void> {
  const pair = [earlier, later];
  for (const page of pair) await page.ask('hold');
  for (const page of pair) await page.ask('share');
  for (const page of pair) await page.until('holdsAnOffer');
  for (const page of pair) await page.ask('release');
  await earlier.until('hasVideosOf', later.id, 2);
  await later.until('hasVideosOf', earlier.id, 2);
  await Promise.all([earlier.hasTrafficWith(later), later.hasTrafficWith(earlier)]);
  const glareOf = async (page: CallPage, other: CallPage) => (await page.state()).peers[other.id]?.glare;
  expect(await glareOf(earlier, later)).toEqual({ gaveWay: 0, ignored: 1 });
  expect(await glareOf(later, earlier)).toEqual({ gaveWay: 1, ignored: 0 });
}
