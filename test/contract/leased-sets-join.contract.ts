import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JoinOutcome, Json, LeasedSets } from '../../src/cluster/cluster.js';
import { ClusterUnderTest, entry, MakeCluster } from './cluster-under-test.js';

export function leasedSetsJoinContract(make: MakeCluster): void {
  describe('joining a leased set', () => {
    let cluster: ClusterUnderTest;
    let a: LeasedSets;
    let b: LeasedSets;

    beforeEach(async () => {
      cluster = await make();
      [a, b] = [cluster.nodes[0].sets, cluster.nodes[1].sets];
    });

    afterEach(async () => {
      await cluster.stop();
    });

    it('answers with the snapshot of its moment, the new entry in it, by order', async () => {
      await a.join('s', entry('x', 'x1', { data: { n: 1 } }));
      const outcome = await b.join('s', entry('y', 'y1'));
      expect(outcome).toEqual({
        status: 'joined',
        order: 2,
        version: expect.any(Number) as number,
        members: [
          { member: 'x', order: 1, data: { n: 1 }, leaving: false },
          { member: 'y', order: 2, data: null, leaving: false },
        ],
      });
      const { version, members } = outcome as JoinOutcome & { status: 'joined' };
      expect(await a.read('s')).toEqual({ version, members });
    });

    it('answers with the version alone when no more is asked for', async () => {
      await a.join('s', entry('x', 'x1'));
      const joined = await b.join('s', { ...entry('y', 'y1'), answer: 'version' });
      expect(joined).toEqual({ status: 'joined', order: 2, version: (await a.read('s')).version, members: [] });
      const again = await b.join('s', { ...entry('x', 'x2'), answer: 'version' });
      const { version, members } = await a.read('s');
      expect(again).toEqual({ status: 'replaced', order: 1, previousToken: 'x1', version, members: [] });
      expect(members).toHaveLength(2);
    });

    it('admits exactly as many as the limit of many at once', async () => {
      const joins = Array.from({ length: 50 }, (_, n) =>
        (n % 2 ? a : b).join('s', entry(`m${n}`, `t${n}`, { limit: 10 })),
      );
      const outcomes = await Promise.all(joins);
      expect(outcomes.filter(({ status }) => status === 'joined')).toHaveLength(10);
      expect(outcomes.filter(({ status }) => status === 'full')).toHaveLength(40);
      expect((await a.read('s')).members.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('does not refuse one who is in as full', async () => {
      await a.join('s', entry('x', 'x1', { limit: 1 }));
      expect(await b.join('s', entry('x', 'x2', { limit: 1 }))).toMatchObject({ status: 'replaced' });
      expect(await b.join('s', entry('y', 'y1', { limit: 1 }))).toEqual({ status: 'full' });
    });

    it('counts leaving entries in the limit', async () => {
      await a.join('s', entry('x', 'x1'));
      await a.leave('s', 'x', 'x1', { graceMs: 1000 });
      expect(await b.join('s', entry('y', 'y1', { limit: 1 }))).toEqual({ status: 'full' });
    });

    it('leaves no scope behind when it refuses at limit 0', async () => {
      expect(await a.join('s', entry('x', 'x1', { limit: 0 }))).toEqual({ status: 'full' });
      expect(await a.read('s')).toEqual({ version: 0, members: [] });
    });

    it('lets one replace the other when two join at once with one member', async () => {
      const outcomes = await Promise.all([a.join('s', entry('x', 'x1')), b.join('s', entry('x', 'x2'))]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['joined', 'replaced']);
      const winner = outcomes.findIndex(({ status }) => status === 'replaced');
      expect(outcomes[winner]).toMatchObject({ order: 1, previousToken: winner === 0 ? 'x2' : 'x1' });
      expect((await b.read('s')).members).toMatchObject([{ member: 'x' }]);
      expect(await a.leave('s', 'x', winner === 0 ? 'x2' : 'x1')).toBe(false);
      expect(await a.leave('s', 'x', winner === 0 ? 'x1' : 'x2')).toBe(true);
    });

    it('keeps order and place of a replaced entry, and takes the new data', async () => {
      await a.join('s', entry('x', 'x1', { data: 'old' }));
      await a.join('s', entry('y', 'y1'));
      const outcome = await b.join('s', entry('x', 'x2', { data: 'new' }));
      expect(outcome).toMatchObject({ status: 'replaced', order: 1, previousToken: 'x1' });
      expect((await a.read('s')).members).toMatchObject([{ member: 'x', order: 1, data: 'new' }, { member: 'y' }]);
    });

    it('is safe to repeat: the same token again is replaced by itself', async () => {
      await a.join('s', entry('x', 'x1'));
      const again = await a.join('s', entry('x', 'x1', { data: 2, taken: 'refuse', limit: 0 }));
      expect(again).toMatchObject({ status: 'replaced', order: 1, previousToken: 'x1' });
      expect((await b.read('s')).members).toMatchObject([{ data: 2 }]);
    });

    it('fails with taken: refuse, and changes nothing', async () => {
      await a.join('s', entry('x', 'x1', { data: 'old' }));
      const before = await a.read('s');
      expect(await b.join('s', entry('x', 'x2', { taken: 'refuse' }))).toEqual({ status: 'taken' });
      expect(await a.read('s')).toEqual(before);
      expect(await b.join('s', entry('y', 'y1', { taken: 'refuse' }))).toMatchObject({ status: 'joined' });
    });

    it('lets one of many win when taken refuses', async () => {
      const joins = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? a : b).join('s', entry('x', `x${n}`, { taken: 'refuse' })),
      );
      const statuses = (await Promise.all(joins)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 'joined')).toHaveLength(1);
      expect(statuses.filter((status) => status === 'taken')).toHaveLength(19);
    });

    it('asks a function with the data of the holder, leaving or not', async () => {
      const sameUser = (user: string) => (holder: Json) => (holder === user ? ('replace' as const) : 'refuse');
      await a.join('s', entry('x', 'x1', { data: 'alice' }));
      expect(await b.join('s', entry('x', 'x2', { data: 'bob', taken: sameUser('bob') }))).toEqual({
        status: 'taken',
      });
      await a.leave('s', 'x', 'x1', { graceMs: 1000 });
      expect(await b.join('s', entry('x', 'x2', { data: 'bob', taken: sameUser('bob') }))).toEqual({
        status: 'taken',
      });
      expect((await b.read('s')).members).toMatchObject([{ leaving: true }]);
      const back = await b.join('s', entry('x', 'x3', { data: 'alice', taken: sameUser('alice') }));
      expect(back).toMatchObject({ status: 'replaced', previousToken: 'x1' });
    });

    it('changes nothing and rejects when the function throws', async () => {
      await a.join('s', entry('x', 'x1'));
      const before = await a.read('s');
      const taken = () => {
        throw new Error('cannot say');
      };
      await expect(b.join('s', entry('x', 'x2', { taken }))).rejects.toThrow('cannot say');
      expect(await a.read('s')).toEqual(before);
    });

    it('never repeats an order while the scope has entries', async () => {
      await a.join('s', entry('stays'));
      const orders = new Set<number>();
      for (let n = 0; n < 5; n += 1) {
        const outcome = await b.join('s', entry('x', `x${n}`));
        orders.add((outcome as { order: number }).order);
        await a.leave('s', 'x', `x${n}`);
      }
      expect([...orders]).toEqual([2, 3, 4, 5, 6]);
    });
  });
}
