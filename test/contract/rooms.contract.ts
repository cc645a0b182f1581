import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '../../src/common/ids.js';
import { RoomFull, SeatTaken, TargetNotFound } from '../../src/signaling/signaling.errors.js';
import { eventually } from './cluster-under-test.js';
import { BROKEN, CLEAN, enter, GRACE_MS, Guest, MakeRooms, ROOM, RoomsUnderTest } from './rooms-under-test.js';

/** Resolves once all that the others did so far has been told: a signal of one who comes for this alone is last. */
async function settled(rooms: RoomsUnderTest, ...guests: Guest[]): Promise<void> {
  const marker = await enter(rooms.nodes[0], `marker ${Math.random()}`);
  marker.says('marker');
  for (const { told } of guests)
    await eventually(() => {
      expect(told.some((line) => line.endsWith(': marker'))).toBe(true);
    });
  await marker.seat.leave(CLEAN);
  for (const { told } of guests) {
    await eventually(() => {
      expect(told.some((line) => line.startsWith('left marker'))).toBe(true);
    });
    told.splice(0, told.length, ...told.filter((line) => !line.includes('marker')));
  }
}

/** What `SignalingRooms` keeps on any cluster, a test per sentence of its interface. */
export function roomsContract(make: MakeRooms): void {
  let rooms: RoomsUnderTest;
  beforeEach(async () => {
    rooms = await make();
  });
  afterEach(() => rooms.stop());

  const both = async () => [await enter(rooms.nodes[0], 'alice'), await enter(rooms.nodes[1], 'bob')] as const;

  describe('who is in a room', () => {
    it('is what one who enters sees, and what the others are told, by a growing order', async () => {
      const [alice, bob] = await both();
      const carol = await enter(rooms.nodes[0], 'carol', { data: { media: 1 } });
      expect([alice, bob, carol].map(({ seat }) => [seat.order, seat.replaced])).toEqual([
        [1, false],
        [2, false],
        [3, false],
      ]);
      await settled(rooms, alice, bob, carol);
      expect(alice.told).toEqual(['entered with ', 'joined bob 2', 'joined carol 3']);
      expect(bob.told).toEqual(['entered with alice', 'joined carol 3']);
      expect(carol.told).toEqual(['entered with alice,bob']);
      expect(bob.seat.others().map(({ member }) => member)).toEqual(['alice', 'carol']);
      expect(bob.seat.participant('carol')).toEqual({
        member: 'carol',
        order: 3,
        userId: 'carol',
        username: 'carol',
        data: { media: 1 },
      });
      expect(Object.isFrozen(bob.seat.participant('carol'))).toBe(true);
      expect((await rooms.nodes[1].read(ROOM)).map(({ member }) => member)).toEqual(['alice', 'bob', 'carol']);
    });

    it('is for each one of many who enter at once what it sees and what it is told after that, each once', async () => {
      const names = Array.from({ length: 20 }, (_, n) => `user ${n}`);
      const guests = await Promise.all(names.map((name, n) => enter(rooms.nodes[n % 2]!, name)));
      await settled(rooms, ...guests);
      for (const [n, { told }] of guests.entries()) {
        const [entered = '', ...joined] = told;
        const seen = entered.replace('entered with ', '').split(',').filter(Boolean);
        const toldOf = joined.map((line) => line.replace(/^joined (.*) \d+$/, '$1'));
        expect([...seen, ...toldOf].sort()).toEqual(names.filter((_, other) => other !== n).sort());
      }
    });

    it('changes once for each who leaves, and hasJustLeft for 5 s', async () => {
      const [alice, bob] = await both();
      await bob.seat.leave(CLEAN);
      await bob.seat.leave(CLEAN);
      await settled(rooms, alice);
      expect(alice.told).toEqual(['entered with ', 'joined bob 2', 'left bob']);
      expect(alice.seat.hasJustLeft('bob')).toBe(true);
      expect(alice.seat.hasJustLeft('nobody')).toBe(false);
      expect(await rooms.nodes[0].read(ROOM)).toHaveLength(1);
    });

    it('does not change for one who comes back in its grace, and changes when that is over', async () => {
      const [alice, bob] = await both();
      await bob.seat.leave(BROKEN);
      const again = await enter(rooms.nodes[1], 'bob');
      expect([again.seat.order, again.seat.replaced]).toEqual([2, true]);
      await again.seat.leave(BROKEN);
      await settled(rooms, alice);
      expect(alice.told).toEqual(['entered with ', 'joined bob 2']);
      await rooms.advance(GRACE_MS);
      await eventually(() => {
        expect(alice.told).toContain('left bob');
      });
    });

    it('is told of other data, but not to whom they are', async () => {
      const [alice, bob] = await both();
      expect(await bob.seat.update({ hand: 'up' })).toBe(true);
      await settled(rooms, alice, bob);
      expect(alice.told.at(-1)).toBe('updated bob 2 {"hand":"up"}');
      expect(bob.told).toEqual(['entered with alice']);
      await bob.seat.leave(CLEAN);
      expect(await bob.seat.update(null)).toBe(false);
    });

    it('is at most its limit, also of those who enter at once', async () => {
      const coming = Array.from({ length: 12 }, (_, n) => enter(rooms.nodes[n % 2]!, `user ${n}`, { limit: 5 }));
      const outcomes = await Promise.allSettled(coming);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(refused).toHaveLength(7);
      for (const reason of refused) expect(reason).toBeInstanceOf(RoomFull);
      expect(await rooms.nodes[0].read(ROOM)).toHaveLength(5);
    });
  });

  describe('a member’s seat', () => {
    it('is replaced by the same user’s newer connection, of which the others are not told', async () => {
      const [alice, bob] = await both();
      for (const node of rooms.nodes.slice(0, 2)) {
        const newer = await enter(node, 'bob');
        expect([newer.seat.order, newer.seat.replaced]).toEqual([2, true]);
        expect(newer.told).toEqual(['entered with alice']);
      }
      await eventually(() => {
        expect(bob.told.at(-1)).toBe('replaced');
      });
      await bob.seat.leave(BROKEN);
      await settled(rooms, alice);
      expect(bob.told).toEqual(['entered with alice', 'replaced']);
      expect(alice.told).toEqual(['entered with ', 'joined bob 2']);
      expect(() => {
        bob.says('still here');
      }).toThrow('No longer');
    });

    it('is not given to another user', async () => {
      const [alice, bob] = await both();
      for (const node of rooms.nodes.slice(0, 2))
        await expect(enter(node, 'bob', { userId: 'mallory' as UserId })).rejects.toBeInstanceOf(SeatTaken);
      await settled(rooms, alice, bob);
      expect(bob.told).toEqual(['entered with alice']);
    });

    it('is taken away from any node, once', async () => {
      const [alice, bob] = await both();
      expect(await rooms.nodes[0].remove(ROOM, 'bob', 'kicked')).toBe(true);
      expect(await rooms.nodes[0].remove(ROOM, 'bob', 'kicked')).toBe(false);
      await eventually(() => {
        expect(bob.told.at(-1)).toBe('removed: kicked');
      });
      await bob.seat.leave(BROKEN);
      await settled(rooms, alice);
      expect(alice.told).toEqual(['entered with ', 'joined bob 2', 'left bob']);
      const carol = await enter(rooms.nodes[1], 'carol');
      expect(await rooms.nodes[0].removeAll(ROOM, ({ userId }) => userId !== 'alice', 'over')).toBe(1);
      await eventually(() => {
        expect(carol.told.at(-1)).toBe('removed: over');
      });
    });
  });

  describe('a signal', () => {
    it('goes to its target, or to all but its sender, in the order sent', async () => {
      const [alice, bob] = await both();
      const carol = await enter(rooms.nodes[0], 'carol');
      await eventually(() => {
        expect(alice.seat.others()).toHaveLength(2);
      });
      for (let n = 0; n < 20; n += 1) alice.says(`${n}`, n % 2 === 0 ? 'bob' : undefined);
      await settled(rooms, alice, bob, carol);
      const numbers = Array.from({ length: 20 }, (_, n) => n);
      expect(bob.told.filter((line) => line.startsWith('alice: '))).toEqual(numbers.map((n) => `alice: ${n}`));
      const odd = numbers.filter((n) => n % 2 === 1);
      expect(carol.told.filter((line) => line.startsWith('alice: '))).toEqual(odd.map((n) => `alice: ${n}`));
      expect(alice.told.filter((line) => line.startsWith('alice: '))).toEqual([]);
    });

    it('to nobody, or to oneself, is refused', async () => {
      const alice = await enter(rooms.nodes[0], 'alice');
      for (const to of ['nobody', 'alice', '__proto__'])
        expect(() => {
          alice.says('x', to);
        }).toThrow(TargetNotFound);
    });

    it('comes after its sender’s join, however fast it is', async () => {
      const [alice, bob] = await both();
      for (let n = 0; n < 10; n += 1) {
        const hasty = await enter(rooms.nodes[n % 2]!, `hasty ${n}`);
        hasty.says('hi');
        hasty.says('hi alice', 'alice');
      }
      await settled(rooms, alice, bob);
      for (const { told } of [alice, bob])
        for (let n = 0; n < 10; n += 1) {
          const [joined, hi] = [`joined hasty ${n} ${n + 3}`, `hasty ${n}: hi`].map((line) => told.indexOf(line));
          expect(joined).toBeGreaterThan(0);
          expect(hi).toBeGreaterThan(joined!);
        }
      expect(alice.told.filter((line) => line.endsWith('hi alice'))).toHaveLength(10);
    });

    it.each([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])(
      'to one who is away is kept, from node %i, and comes first on node %i, in order and once',
      async (left, back) => {
        const [alice, carol] = [await enter(rooms.nodes[0], 'alice'), await enter(rooms.nodes[1], 'carol')];
        const bob = await enter(rooms.nodes[left]!, 'bob');
        await eventually(() => {
          for (const { seat } of [alice, carol]) expect(seat.others()).toHaveLength(2);
        });
        const leaving = bob.seat.leave(BROKEN);
        for (let n = 0; n < 10; n += 1) {
          alice.says(`${n}`, n % 3 === 0 ? undefined : 'bob');
          carol.says(`${n}`, 'bob');
        }
        await leaving;
        alice.says('10', 'bob');
        const again = await enter(rooms.nodes[back]!, 'bob');
        alice.says('11', 'bob');
        carol.says('10', 'bob');
        await settled(rooms, alice, again);
        const heard = (from: string) => again.told.filter((line) => line.startsWith(`${from}: `));
        expect(heard('alice')).toEqual(Array.from({ length: 12 }, (_, n) => `alice: ${n}`));
        expect(heard('carol')).toEqual(Array.from({ length: 11 }, (_, n) => `carol: ${n}`));
        expect(bob.told).toEqual(['entered with alice,carol']);
      },
    );

    it('is kept for one who is away up to a bound, and not for one who left', async () => {
      const [alice, bob] = await both();
      await eventually(() => {
        expect(alice.seat.others()).toHaveLength(1);
      });
      await bob.seat.leave(BROKEN);
      for (let n = 0; n < 300; n += 1) alice.says(`${n}`, 'bob');
      const again = await enter(rooms.nodes[0], 'bob');
      await settled(rooms, alice, again);
      expect(again.told.filter((line) => line.startsWith('alice: '))).toEqual(
        Array.from({ length: 128 }, (_, n) => `alice: ${n}`),
      );
      await again.seat.leave(BROKEN);
      for (let n = 0; n < 20; n += 1) alice.says('x'.repeat(32_768), 'bob');
      const third = await enter(rooms.nodes[1], 'bob');
      await settled(rooms, alice, third);
      expect(third.told.filter((line) => line.startsWith('alice: '))).toHaveLength(8);
      await third.seat.leave(CLEAN);
      await eventually(() => {
        expect(alice.told.at(-1)).toBe('left bob');
      });
      expect(() => {
        alice.says('gone', 'bob');
      }).toThrow(TargetNotFound);
    });
  });
}
