import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.js';
import { PacedNews } from './paced-news.js';

it('tells at once after a quiet second, then each key at most once a second, its latest value, with one timer', () => {
  const clock = new ManualClock();
  const told: [string, number][][] = [];
  const news = new PacedNews<string, number>(clock, (batch) => told.push([...batch]));
  news.add('a', 1);
  news.add('b', 1);
  clock.advance(0);
  news.add('a', 2);
  news.add('a', 3);
  expect(clock.pending).toBe(1);
  clock.advance(999);
  expect(told).toEqual([
    [
      ['a', 1],
      ['b', 1],
    ],
  ]);
  clock.advance(1);
  expect(told.slice(1)).toEqual([[['a', 3]]]);
  clock.advance(1000);
  expect(clock.pending).toBe(0);
  news.add('b', 9);
  clock.advance(0);
  expect(told.slice(2)).toEqual([[['b', 9]]]);
  news.stop();
  expect(clock.pending).toBe(0);
});
