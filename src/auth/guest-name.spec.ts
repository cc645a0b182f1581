import { describe, expect, it } from 'vitest';
import { USERNAME_PATTERN } from '../users/username.js';
import { guestName, guestNameProblem } from './guest-name.js';

const ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';

describe('the name of a guest (1.1)', () => {
  it.each(['alice', 'a', '  alice  ', 'a-b_c.d', 'Алиса', '👩‍👩‍👧', 'x (guest)'])(
    'made of %j is no name of a user',
    (wish) => {
      expect(guestNameProblem(wish)).toBeUndefined();
      expect(guestName(wish, ID)).toBe(`${wish.trim()} (guest)`);
      expect(guestName(wish, ID)).not.toMatch(USERNAME_PATTERN);
    },
  );

  it('that nobody has chosen is no name of a user', () => {
    expect(guestName(undefined, ID)).toBe('Guest 4e5f61');
    expect(guestName(undefined, ID)).not.toMatch(USERNAME_PATTERN);
  });

  it.each([
    ['', 'must be 1 to 32'],
    ['   ', 'must be 1 to 32'],
    ['x'.repeat(33), 'must be 1 to 32'],
    ['👩'.repeat(33), 'must be 1 to 32'],
    [7, 'must be a string'],
    [null, 'must be a string'],
    [['alice'], 'must be a string'],
    ['a\0b', 'must not hold'],
    ['a\nb', 'must not hold'],
    ['a\ud800', 'must not hold'],
    ['admin\u202e', 'must not hold'],
    ['a\u2028b', 'must not hold'],
  ])('may not be %j', (wish, problem) => {
    expect(guestNameProblem(wish)).toMatch(problem);
  });

  it('counts code points, as every text does (1)', () => {
    expect(guestNameProblem('👩'.repeat(32))).toBeUndefined();
  });
});
