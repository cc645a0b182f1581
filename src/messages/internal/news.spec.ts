import { describe, expect, it } from 'vitest';
import { isNews } from '../message.js';
import type { Change, MessageState } from '../message.js';
import { asOf, News } from './news.js';

const change = (seq: number, rev: number): Change => ({
  rev,
  membershipVersion: 0,
  message: { seq, rev } as MessageState,
});
const news = (changes: readonly Change[]) => changes.map(isNews);

describe('what is news among changes', () => {
  it('that are told as they happen: a message that was just made', () => {
    expect(news([change(1, 1), change(1, 2)])).toEqual([true, false]);
  });

  it('that are read: a message that was made after the start, however it has changed', () => {
    expect(news(new News(10).mark([change(4, 11), change(11, 12), change(13, 13)]))).toEqual([false, true, true]);
  });

  it('that are read in pages: the first time that it comes', () => {
    const reading = new News(10);
    expect(news(reading.mark([change(11, 20), change(12, 21)]))).toEqual([true, true]);
    expect(news(reading.mark([change(11, 30), change(13, 31), change(40, 41)]))).toEqual([false, true, true]);
  });

  it('for one whose snapshot is newer than the start: what was made after that', () => {
    const run = new News(10).mark([change(11, 20), change(16, 21)]);
    expect(news(asOf(run, 15))).toEqual([false, true]);
    expect(asOf(run, 10)).toBe(run);
    const live = [change(16, 16)];
    expect(asOf(live, 20)).toBe(live);
  });
});
