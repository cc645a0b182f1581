import { describe, expect, it } from 'vitest';
import { addLine, joinLines } from './meeting-state.js';
import type { ChatLine } from './meeting-state.js';

const line = (id: string, created_at: string): ChatLine => ({
  id,
  created_at,
  from: 'a',
  username: 'ann',
  content: id,
});
const NOW = '2026-11-22T01:00:00.001Z';
const LATER = '2026-11-22T01:00:00.002Z';
const idsOf = (lines: readonly ChatLine[]) => lines.map(({ id }) => id).join('');

describe('the lines of a meeting’s chat', () => {
  it('of one millisecond stay as they stand, whatever nodes made their ids', () => {
    expect(idsOf(joinLines([line('c', NOW), line('a', NOW)], [line('b', NOW)]))).toBe('cab');
  });

  it('of two halves are put together by their time, each once', () => {
    const first = line('z', NOW);
    expect(idsOf(joinLines([first, line('b', LATER)], [first, line('a', NOW)]))).toBe('zab');
  });

  it('of a clock that was set back stay in the order that they were said in', () => {
    const said = ['a', 'b', 'c'].map((id, n) => line(id, n === 0 ? LATER : NOW));
    const lines = said.reduce<readonly ChatLine[]>(addLine, []);
    expect(idsOf(lines)).toBe('abc');
    expect(idsOf(joinLines(lines, [...lines, line('d', NOW)]))).toBe('abcd');
    expect(idsOf(addLine(lines, line('a', NOW)))).toBe('abc');
  });

  it('that one half keeps longer come before what follows them, in the same millisecond too', () => {
    const [old, ...kept] = ['a', 'b', 'c'].map((id) => line(id, NOW));
    expect(idsOf(joinLines(kept, [old!, ...kept]))).toBe('abc');
    expect(idsOf(joinLines([...kept, line('d', LATER)], [old!, ...kept]))).toBe('abcd');
  });

  it('are the last hundred', () => {
    const many = Array.from({ length: 120 }, (_, n) => line(`${n} `, NOW));
    expect(idsOf(joinLines(many.slice(0, 60), many.slice(60)))).toBe(idsOf(many.slice(20)));
    expect(idsOf(many.reduce<readonly ChatLine[]>(addLine, []))).toBe(idsOf(many.slice(20)));
  });
});
