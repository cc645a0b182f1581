import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeasedSets } from '../../src/cluster/cluster.js';
import { ClusterUnderTest, entry, eventually, MakeCluster, ODD_NAMES } from './cluster-under-test.js';

export function leasedSetsContract(make: MakeCluster): void {
  describe('leased sets', () => {
    let cluster: ClusterUnderTest;
    let a: LeasedSets;
    let b: LeasedSets;

    const names = async (scope = 's') => (await b.read(scope)).members.map((member) => member.member);
    const one = async () => (await b.read('s')).members[0];

    beforeEach(async () => {
      cluster = await make();
      [a, b] = [cluster.nodes[0].sets, cluster.nodes[1].sets];
    });

    afterEach(async () => {
      await cluster.stop();
    });

    it('is not stale while the backplane is there', () => {
      expect([a.stale, b.stale]).toEqual([false, false]);
    });

    it('reads an empty scope as version 0 without members', async () => {
      expect(await a.read('s')).toEqual({ version: 0, members: [] });
    });

    describe('leave and update', () => {
      it('works with the token of the holder only', async () => {
        await a.join('s', entry('x', 'x1'));
        await b.join('s', entry('x', 'x2'));
        const before = await a.read('s');
        expect(await a.leave('s', 'x', 'x1')).toBe(false);
        expect(await a.leave('s', 'x', 'x1', { graceMs: 10 })).toBe(false);
        expect(await a.update('s', 'x', 'x1', 'late')).toBe(false);
        expect(await a.leave('s', 'nobody', 'x2')).toBe(false);
        expect(await a.leave('nowhere', 'x', 'x2')).toBe(false);
        expect(await a.update('nowhere', 'x', 'x2', 1)).toBe(false);
        expect(await a.read('s')).toEqual(before);
        expect(await b.leave('s', 'x', 'x2')).toBe(true);
        expect(await b.leave('s', 'x', 'x2')).toBe(false);
      });

      it('works on any node', async () => {
        await a.join('s', entry('x', 'x1'));
        expect(await b.update('s', 'x', 'x1', { muted: true })).toBe(true);
        expect(await one()).toEqual({ member: 'x', order: 1, data: { muted: true }, leaving: false });
        expect(await b.leave('s', 'x', 'x1')).toBe(true);
      });

      it('makes one leave of many at once', async () => {
        await a.join('s', entry('x', 'x1'));
        const left = await Promise.all([a, b, a, b].map((node) => node.leave('s', 'x', 'x1')));
        expect(left.filter(Boolean)).toHaveLength(1);
      });

      it('lets a scope vanish with its last entry, and its version still never starts over', async () => {
        const first = (await a.join('s', entry('x', 'x1'))) as { version: number };
        await a.leave('s', 'x', 'x1');
        expect(await b.read('s')).toEqual({ version: 0, members: [] });
        const again = await b.join('s', entry('x', 'x2'));
        expect(again).toMatchObject({ status: 'joined', order: 1 });
        expect((again as { version: number }).version).toBeGreaterThan(first.version + 1);
      });
    });

    describe('grace', () => {
      beforeEach(async () => {
        await a.join('s', entry('x', 'x1', { data: 'd' }));
        await a.leave('s', 'x', 'x1', { graceMs: 1000 });
      });

      it('keeps the entry as leaving that long, and then it leaves', async () => {
        expect(await one()).toEqual({ member: 'x', order: 1, data: 'd', leaving: true });
        await cluster.advance(500);
        expect(await names()).toEqual(['x']);
        await cluster.advance(600);
        await eventually(async () => {
          expect(await b.read('s')).toEqual({ version: 0, members: [] });
        });
      });

      it('ends when the member joins again: its order is kept, and it does not leave later', async () => {
        const back = await b.join('s', entry('x', 'x2'));
        expect(back).toMatchObject({ status: 'replaced', order: 1, previousToken: 'x1' });
        expect(await one()).toMatchObject({ leaving: false });
        await cluster.advance(2000);
        expect(await names()).toEqual(['x']);
      });

      it('ends when the same token joins again', async () => {
        expect(await a.join('s', entry('x', 'x1'))).toMatchObject({ status: 'replaced', order: 1 });
        await cluster.advance(2000);
        expect(await one()).toMatchObject({ leaving: false });
      });

      it('starts anew when it leaves again with a grace', async () => {
        await cluster.advance(600);
        expect(await b.leave('s', 'x', 'x1', { graceMs: 1000 })).toBe(true);
        await cluster.advance(600);
        expect(await names()).toEqual(['x']);
        await cluster.advance(600);
        await eventually(async () => {
          expect(await names()).toEqual([]);
        });
      });

      it('ends at once when it leaves again without one', async () => {
        expect(await b.leave('s', 'x', 'x1')).toBe(true);
        expect(await names()).toEqual([]);
      });

      it('counts anew for the next leave after a return', async () => {
        await cluster.advance(900);
        await a.join('s', entry('x', 'x2'));
        await a.leave('s', 'x', 'x2', { graceMs: 1000 });
        await cluster.advance(500);
        expect(await names()).toEqual(['x']);
      });

      it('goes on through an update, which keeps it leaving', async () => {
        expect(await b.update('s', 'x', 'x1', 'e')).toBe(true);
        expect(await one()).toMatchObject({ data: 'e', leaving: true });
        await cluster.advance(1100);
        await eventually(async () => {
          expect(await names()).toEqual([]);
        });
      });

      it('lets one of a return and an end at the same moment win, whole', async () => {
        const [left, back] = await Promise.all([a.leave('s', 'x', 'x1'), b.join('s', entry('x', 'x2'))]);
        expect(back.status).toBe(left ? 'joined' : 'replaced');
        expect(await names()).toEqual(['x']);
      });
    });

    it('keeps scopes and members apart, whatever their names', async () => {
      for (const scope of ODD_NAMES) {
        for (const member of ODD_NAMES) {
          const outcome = await a.join(
            scope,
            entry(member, `${scope}|${member}`, { data: { __proto__: null, [member]: 1 } }),
          );
          expect(outcome).toMatchObject({ status: 'joined' });
        }
      }
      for (const scope of ODD_NAMES) expect(await names(scope)).toEqual(ODD_NAMES);
      expect(await b.leave('a', 'a:b', 'a|a:b')).toBe(true);
      expect(await names('a:b')).toEqual(ODD_NAMES);
    });

    it('keeps a copy of what it is given, and gives out what is frozen', async () => {
      const data = { list: [1] };
      const joining = a.join('s', entry('x', 'x1', { data }));
      data.list.push(2);
      await joining;
      const { members } = await b.read('s');
      expect(members[0]?.data).toEqual({ list: [1] });
      const updating = a.update('s', 'x', 'x1', data);
      data.list.push(3);
      await updating;
      const read = await b.read('s');
      expect(read.members[0]?.data).toEqual({ list: [1, 2] });
      const parts = [read.members, read.members[0], read.members[0]?.data];
      expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    });
  });
}
