import { beforeEach, describe, expect, it } from 'vitest';
import type { SetDelta } from '../../cluster.js';
import type { Entry, ScopeDelta, ScopeState } from './scope-entry.js';
import { ScopeMirror } from './scope-mirror.js';

const LIFE = 1000;
const DOUBT = { holder: 'me', now: 0, holdMs: 100 };

const entry = (member: string, order: number, more: Partial<Entry> = {}): Entry => ({
  member: { member, order, data: null, leaving: false },
  token: `token of ${member}`,
  holder: 'another',
  grace: 0,
  stamp: LIFE,
  came: LIFE + order,
  ...more,
});

const state = (version: number, entries: Entry[], life = LIFE): ScopeState => ({
  version,
  life: entries.length > 0 ? life : 0,
  entries: new Map(entries.map((one) => [one.member.member, one])),
});

const delta = (version: number, kind: SetDelta['kind'], one: Entry, life = LIFE): ScopeDelta => ({
  version,
  life,
  kind,
  previousToken: undefined,
  entry: one,
});

describe('what a node knows of a scope', () => {
  let told: string[];
  let mirror: ScopeMirror;

  beforeEach(() => {
    told = [];
    mirror = new ScopeMirror(({ version, kind, entry: { member } }) => told.push(`${version} ${kind} ${member}`));
    mirror.adopt(state(LIFE + 1, [entry('x', 1), entry('y', 2)]), DOUBT);
    told = [];
  });

  it('goes on with the next delta, drops what it had, and says when one is missing', () => {
    expect(mirror.apply(delta(LIFE + 1, 'joined', entry('y', 2)))).toBe(true);
    expect(mirror.apply(delta(LIFE + 2, 'left', entry('y', 2)))).toBe(true);
    expect(mirror.apply(delta(LIFE + 4, 'left', entry('x', 1)))).toBe(false);
    expect(mirror.apply(delta(LIFE + 3, 'joined', entry('z', 1), LIFE + 3))).toBe(false);
    expect(told).toEqual([`${LIFE + 2} left y`]);
  });

  it('of an empty scope takes the first delta of its next life, and no later one', () => {
    mirror.adopt(state(5000, []), { ...DOUBT, holdMs: 0 });
    told = [];
    expect(mirror.apply(delta(6001, 'joined', entry('z', 2), 6000))).toBe(false);
    expect(mirror.apply(delta(6000, 'joined', entry('z', 1), 6000))).toBe(true);
    expect(told).toEqual(['6000 joined z']);
  });

  it('becomes a later state by one delta per difference, the last of its version', () => {
    const moved = entry('x', 1, { token: 'another token' });
    expect(mirror.adopt(state(LIFE + 9, [moved, entry('z', 3)]), DOUBT)).toBeUndefined();
    expect(told).toEqual([`${LIFE + 7} left y`, `${LIFE + 8} replaced x`, `${LIFE + 9} joined z`]);
    expect(mirror.snapshot()).toMatchObject({ version: LIFE + 9, members: [{ member: 'x' }, { member: 'z' }] });
  });

  it('asks for a higher version when there is no room for the differences, and changes nothing', () => {
    expect(mirror.adopt(state(LIFE + 1, [entry('x', 1)]), { ...DOUBT, holdMs: 0 })).toBe(LIFE + 2);
    expect(told).toEqual([]);
    expect(mirror.snapshot().members).toHaveLength(2);
  });

  it('keeps entries of others for a while when the state does not go on from its own, and then they have left', () => {
    mirror.adopt(state(9000, [entry('x', 1)], 9000), DOUBT);
    expect(told).toEqual([]);
    expect(mirror.nextDeadline()).toBe(100);
    expect(mirror.adopt(state(9000, [entry('x', 1)], 9000), { ...DOUBT, now: 100 })).toBe(9001);
    mirror.adopt(state(9001, [entry('x', 1)], 9000), { ...DOUBT, now: 100 });
    expect(told).toEqual(['9001 left y']);
    expect(mirror.nextDeadline()).toBeUndefined();
  });

  it('keeps them also when the state is of an older version, which has to be raised first', () => {
    expect(mirror.adopt(state(LIFE, [entry('x', 1)]), DOUBT)).toBe(LIFE + 1);
    expect(mirror.adopt(state(LIFE + 1, [entry('x', 1)]), DOUBT)).toBeUndefined();
    expect(told).toEqual([]);
    expect(mirror.snapshot().members).toHaveLength(2);
  });

  it('tells nothing of one who was kept and is announced again', () => {
    mirror.adopt(state(9000, [entry('x', 1)], 9000), DOUBT);
    expect(mirror.apply(delta(9001, 'joined', entry('y', 2), 9000))).toBe(true);
    expect(told).toEqual([]);
    expect(mirror.nextDeadline()).toBeUndefined();
    expect(mirror.version).toBe(9001);
  });

  it('does not keep its own entries, which it knows for itself', () => {
    mirror.adopt(state(9000, [entry('x', 1)], 9000), { ...DOUBT, holder: 'another' });
    expect(told).toEqual(['9000 left y']);
  });

  it('learns of an entry whose delta was lost, at its version at least, and once', () => {
    const mine = entry('z', 3, { holder: 'me', stamp: LIFE + 5 });
    mirror.learn(mine);
    mirror.learn(mine);
    expect(told).toEqual([`${LIFE + 5} joined z`]);
  });
});
