import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { LeasedSets, SetDelta } from '../../src/cluster/cluster.js';
import { ClusterUnderTest, entry, eventually, inbox, MakeCluster } from './cluster-under-test.js';
import { Randomness, randomness } from './randomness.js';
import { Replica } from './replica.js';

async function replicaOf(sets: LeasedSets, scope: string): Promise<Replica> {
  const deltas: ((delta: SetDelta) => void)[] = [];
  const { snapshot } = await sets.watch(scope, (delta) => {
    for (const apply of deltas) apply(delta);
  });
  const replica = new Replica(snapshot);
  deltas.push((delta) => {
    replica.apply(delta);
  });
  return replica;
}

/** One random call, from a small world of members and tokens so that they meet. */
async function step(nodes: LeasedSets[], scope: string, random: Randomness, advance: (ms: number) => Promise<void>) {
  const sets = random.pick(nodes);
  const member = random.pick(['m1', 'm2', 'm3', 'm4']);
  const token = random.pick(['t1', 't2', 't3']);
  const data = random.below(100);
  switch (random.below(6)) {
    case 0:
    case 1:
      return sets.join(scope, entry(member, token, { data, limit: 3, taken: random.pick(['replace', 'refuse']) }));
    case 2:
      return sets.leave(scope, member, token);
    case 3:
      return sets.leave(scope, member, token, { graceMs: random.pick([100, 300]) });
    case 4:
      return sets.update(scope, member, token, data);
    default:
      return advance(150);
  }
}

export function leasedSetsWatchContract(make: MakeCluster): void {
  describe('watching a leased set', () => {
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

    it('tells each step once, in order, and nothing for what was refused', async () => {
      await a.join('s', entry('w', 'w1'));
      const { got, listener } = inbox<SetDelta>();
      const { snapshot } = await b.watch('s', listener);
      expect(snapshot).toEqual(await a.read('s'));
      await a.join('s', entry('x', 'x1', { data: 1 }));
      await a.join('s', entry('y', 'y1', { limit: 2 }));
      await a.join('s', entry('x', 'x9', { taken: 'refuse' }));
      await a.update('s', 'x', 'x9', 9);
      await a.leave('s', 'x', 'x9');
      await a.update('s', 'x', 'x1', 2);
      await a.leave('s', 'x', 'x1', { graceMs: 1000 });
      await a.leave('s', 'x', 'x1', { graceMs: 2000 });
      await b.join('s', entry('x', 'x2', { data: 3 }));
      await b.join('s', entry('x', 'x2', { data: 4 }));
      await b.leave('s', 'x', 'x2');
      const x = { member: 'x', order: 2, leaving: false };
      const expected: Omit<SetDelta, 'version'>[] = [
        { kind: 'joined', entry: { ...x, data: 1 } },
        { kind: 'updated', entry: { ...x, data: 2 } },
        { kind: 'leaving', entry: { ...x, data: 2, leaving: true } },
        { kind: 'replaced', entry: { ...x, data: 3 }, previousToken: 'x1' },
        { kind: 'replaced', entry: { ...x, data: 4 } },
        { kind: 'left', entry: { ...x, data: 4 } },
      ];
      await eventually(() => {
        expect(got).toEqual(expected.map((delta, n) => ({ ...delta, version: snapshot.version + 1 + n })));
      });
    });

    it('tells the end of a grace once', async () => {
      await a.join('s', entry('x', 'x1'));
      await a.leave('s', 'x', 'x1', { graceMs: 1000 });
      const { got, listener } = inbox<SetDelta>();
      await b.watch('s', listener);
      await cluster.advance(1100);
      await eventually(() => {
        expect(got).toMatchObject([{ kind: 'left', entry: { member: 'x', leaving: true } }]);
      });
      await cluster.advance(5000);
      await a.join('s', entry('marker', 'm1'));
      await eventually(() => {
        expect(got).toMatchObject([{ kind: 'left' }, { kind: 'joined', entry: { member: 'marker' } }]);
      });
    });

    it('gives deltas of a scope that was empty a higher version', async () => {
      const { got, listener } = inbox<SetDelta>();
      await b.watch('s', listener);
      for (const token of ['x1', 'x2', 'x3']) {
        await a.join('s', entry('x', token));
        await a.leave('s', 'x', token);
      }
      await eventually(() => {
        expect(got).toHaveLength(6);
      });
      const versions = got.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].sort((x, y) => x - y));
    });

    it('hands over the snapshot before the first delta, however deep the caller awaits it', async () => {
      const seen: string[] = [];
      const watch = async () => b.watch('s', ({ entry: { member } }) => seen.push(member));
      const deeper = async () => {
        const watched = await watch();
        return watched;
      };
      const watching = deeper().then(() => seen.push('snapshot'));
      await Promise.all([watching, a.join('s', entry('x', 'x1')), a.join('s', entry('y', 'y1'))]);
      await a.join('s', entry('z', 'z1'));
      await eventually(() => {
        expect(seen.at(-1)).toBe('z');
      });
      expect(seen[0]).toBe('snapshot');
    });

    it('leaves no gap, and nothing twice, between the snapshot and the deltas while others join', async () => {
      const joins = Array.from({ length: 30 }, (_, n) => async () => {
        await (n % 2 ? a : b).join('s', entry(`m${n}`, `t${n}`));
      });
      const replicas = await Promise.all([
        ...joins.slice(0, 10).map(async (join) => join().then(() => undefined)),
        replicaOf(a, 's'),
        ...joins.slice(10, 20).map(async (join) => join().then(() => undefined)),
        replicaOf(b, 's'),
        ...joins.slice(20).map(async (join) => join().then(() => undefined)),
      ]);
      const state = await a.read('s');
      expect(state.members).toHaveLength(30);
      await eventually(() => {
        for (const replica of replicas) if (replica) expect(replica.state()).toEqual(state);
      });
      expect(replicas.flatMap((replica) => replica?.faults ?? [])).toEqual([]);
    });

    it('calls no listener inside the call that causes the delta', async () => {
      const { got, listener } = inbox<SetDelta>();
      await a.watch('s', listener);
      await a.join('s', entry('x', 'x1'));
      await eventually(() => {
        expect(got).toHaveLength(1);
      });
      const updating = a.update('s', 'x', 'x1', 1);
      expect(got).toHaveLength(1);
      await updating;
      await eventually(() => {
        expect(got).toHaveLength(2);
      });
    });

    it('is silent after stop, while others go on', async () => {
      const stopped = inbox<SetDelta>();
      const unopened = inbox<SetDelta>();
      const goesOn = inbox<SetDelta>();
      const { stop } = await b.watch('s', stopped.listener);
      await b.watch('s', goesOn.listener);
      await a.join('s', entry('x', 'x1'));
      await eventually(() => {
        expect([stopped.got.length, goesOn.got.length]).toEqual([1, 1]);
      });
      stop();
      (await b.watch('s', unopened.listener)).stop();
      await a.leave('s', 'x', 'x1');
      await eventually(() => {
        expect(goesOn.got).toHaveLength(2);
      });
      expect([stopped.got.length, unopened.got.length]).toEqual([1, 0]);
    });

    it('logs a listener that throws; the others and the joiner go on', async () => {
      const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const { got, listener } = inbox<SetDelta>();
      await a.watch('s', () => {
        throw new Error('broken listener');
      });
      await a.watch('s', listener);
      expect(await a.join('s', entry('x', 'x1'))).toMatchObject({ status: 'joined' });
      await a.join('s', entry('y', 'y1'));
      await eventually(() => {
        expect(got).toHaveLength(2);
      });
      expect(log).toHaveBeenCalledTimes(2);
      log.mockRestore();
    });

    it('keeps the order of versions when a listener changes the scope', async () => {
      const { got, listener } = inbox<SetDelta>();
      await a.watch('s', ({ kind, entry: { member } }) => {
        if (kind === 'joined') void a.update('s', member, `${member}1`, 'seen');
      });
      await a.watch('s', listener);
      await Promise.all([a.join('s', entry('x', 'x1')), a.join('s', entry('y', 'y1'))]);
      await eventually(() => {
        expect(got).toHaveLength(4);
      });
      const versions = got.map(({ version }) => version);
      expect(versions).toEqual([0, 1, 2, 3].map((n) => versions[0]! + n));
    });

    it('gives out frozen deltas', async () => {
      const { got, listener } = inbox<SetDelta>();
      await b.watch('s', listener);
      await a.join('s', entry('x', 'x1', { data: { list: [] } }));
      await eventually(() => {
        expect(got).toHaveLength(1);
      });
      const [delta] = got;
      expect([delta, delta?.entry, delta?.entry.data].every((part) => Object.isFrozen(part))).toBe(true);
    });

    it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps replicas equal to read through random changes (seed %i)', async (seed) => {
      const random = randomness(seed);
      const replicas = [await replicaOf(a, 's'), await replicaOf(b, 's')];
      const advance = (ms: number) => cluster.advance(ms);
      for (let round = 0; round < 40; round += 1) {
        await Promise.all(Array.from({ length: 1 + random.below(5) }, () => step([a, b], 's', random, advance)));
        if (round === 20) replicas.push(await replicaOf(b, 's'));
        await eventually(async () => {
          const state = await a.read('s');
          expect(await b.read('s')).toEqual(state);
          for (const replica of replicas) expect(replica.state()).toEqual(state);
        });
      }
      expect(replicas.flatMap(({ faults }) => faults)).toEqual([]);
    });
  });
}
