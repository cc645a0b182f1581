import { describe, expect, it } from 'vitest';
import { parserOf } from './wire-types.js';

const read = (oid: number, text: string) => parserOf(oid)(text);

describe('what a prepared statement gives', () => {
  it.each([
    ['2026-11-20 13:52:54.123+00', '2026-11-20T13:52:54.123Z'],
    ['2026-11-20 13:52:54.1+00', '2026-11-20T13:52:54.100Z'],
    ['2026-11-20 13:52:54+00', '2026-11-20T13:52:54.000Z'],
    ['2026-11-20 14:52:54.12+01', '2026-11-20T13:52:54.120Z'],
    ['2026-11-20 19:22:54+05:30', '2026-11-20T13:52:54.000Z'],
    ['2026-11-20 08:52:54.123-05', '2026-11-20T13:52:54.123Z'],
    ['12026-11-20 13:52:54+00', '+012026-11-20T13:52:54.000Z'],
  ])('the time %s as %s', (text, time) => {
    expect(read(1184, text)).toBe(time);
  });

  it('bigint as a number, its lists and uuid[] as lists, and the rest as pg does', () => {
    expect(read(20, '9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(read(2951, '{}')).toEqual([]);
    expect(read(2951, '{a,b}')).toEqual(['a', 'b']);
    expect(read(1016, '{}')).toEqual([]);
    expect(read(1016, '{1,NULL,3}')).toEqual([1, null, 3]);
    expect(read(16, 't')).toBe(true);
    expect(read(25, '2026')).toBe('2026');
  });
});
