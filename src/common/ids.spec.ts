import { validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { Ids } from './ids.js';
import type { MessageId } from './ids.js';

describe('ids', () => {
  it('are UUIDs of version 7, each its own, and sort in the order in which they were made', () => {
    const ids = new Ids();
    const made = Array.from({ length: 2000 }, () => ids.next<MessageId>());
    expect(made.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
  });

  it('of two makers differ, also in what does not come from the time', () => {
    const [one, other] = [new Ids(), new Ids()];
    const tails = [one, one, other, other].map((ids) => ids.next<MessageId>().slice(-12));
    expect(new Set(tails).size).toBe(4);
  });
});
