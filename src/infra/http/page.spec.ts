import { describe, expect, it } from 'vitest';
import { ValidationFailed } from '../../common/domain-error.js';
import { GroupId, parseId } from '../../common/ids.js';
import { readCursor, toPage } from './page.js';

const ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';
const asText = (text: string) => text;
const rowOf = (id: string) => ({ id, secret: 'x' });
const mapping = {
  keyOf: ({ id }: { id: string }) => [id],
  toItem: ({ id }: { id: string }) => ({ id }),
};
const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('pages (8)', () => {
  it('have no next cursor when no row is left over', () => {
    expect(toPage([rowOf('a'), rowOf('b')], 2, mapping)).toEqual({
      items: [{ id: 'a' }, { id: 'b' }],
      next_cursor: null,
    });
    expect(toPage([], 2, mapping)).toEqual({ items: [], next_cursor: null });
  });

  it('have the key of their last item as the next cursor when there is another row', () => {
    const page = toPage([rowOf('a'), rowOf('b'), rowOf('c')], 2, mapping);
    expect(page.items).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(readCursor<[string]>(page.next_cursor!, [asText])).toEqual(['b']);
  });

  it('start from the beginning without a cursor', () => {
    expect(readCursor<[GroupId]>(undefined, [parseId])).toBeUndefined();
  });

  it.each([
    ['', 'nothing'],
    ['%%%', 'not base64'],
    [cursorOf({ 0: ID, length: 1 }), 'not an array'],
    [cursorOf([]), 'too short'],
    [cursorOf([ID, ID]), 'too long'],
    [cursorOf([7]), 'not a text'],
    [cursorOf([null]), 'null'],
    [cursorOf(["' OR 1=1"]), 'not an id'],
  ])('refuse the cursor %j (%s)', (cursor) => {
    expect(() => readCursor<[GroupId]>(cursor, [parseId])).toThrow(ValidationFailed);
  });
});
